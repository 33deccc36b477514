package api

import (
	"context"

	"notewire/store"
)

// driveReader finds a user's files.
type driveReader interface {
	// FileByKey finds a file by the name that it is stored and served under.
	FileByKey(ctx context.Context, key string) (*store.File, error)
	// FileByMD5 is the oldest of a user's files with that content.
	FileByMD5(ctx context.Context, user store.UserID, md5 string) (*store.File, error)
	// DriveUsage is how many bytes a user's files take.
	DriveUsage(ctx context.Context, user store.UserID) (int64, error)
}

type driveWriter interface {
	CreateFile(ctx context.Context, f *store.File) error
	// MarkFileSensitive says of a file that it is sensitive.
	MarkFileSensitive(ctx context.Context, id string) error
}

type communityReader interface {
	FollowsChannel(ctx context.Context, user store.UserID, channel string) (bool, error)
}

type communityWriter interface {
	CreateCommunityChannel(ctx context.Context, c *store.CommunityChannel) error
	FollowChannel(ctx context.Context, f *store.ChannelFollow) error
	UnfollowChannel(ctx context.Context, user store.UserID, channel string) error
}
