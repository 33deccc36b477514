package storage

import (
	"context"

	"notewire/store"
)

// DriveReader finds files on drives.
type DriveReader interface {
	// FileByKey finds a file by the name that it is stored and served under.
	FileByKey(ctx context.Context, key string) (*store.File, error)
	// FileByMD5 is the oldest of a user's files with that content.
	FileByMD5(ctx context.Context, user store.UserID, md5 string) (*store.File, error)
	DriveFiles(ctx context.Context, user store.UserID, p store.FilePage) ([]*store.File, error)
	// DriveUsage is how many bytes a user's files take.
	DriveUsage(ctx context.Context, user store.UserID) (int64, error)
}

// DriveWriter enters files into drives.
type DriveWriter interface {
	CreateFile(ctx context.Context, f *store.File) error
	// MarkFileSensitive says of a file that it is sensitive.
	MarkFileSensitive(ctx context.Context, id string) error
}

// CommunityReader lists community channels and what was posted in them.
type CommunityReader interface {
	OwnedChannels(ctx context.Context, owner store.UserID, p store.Page) ([]*store.CommunityChannel, error)
	// FollowedChannels has a page of follows: its bounds are their ids.
	FollowedChannels(ctx context.Context, user store.UserID, p store.Page) ([]*store.CommunityChannel, error)
	// ChannelNoteIDs are candidates, as of TimelineReader.
	ChannelNoteIDs(ctx context.Context, channel string, p store.NotePage) ([]store.NoteID, error)
}

// CommunityWriter makes and follows community channels.
type CommunityWriter interface {
	CreateCommunityChannel(ctx context.Context, c *store.CommunityChannel) error
	FollowChannel(ctx context.Context, f *store.ChannelFollow) error
	UnfollowChannel(ctx context.Context, user store.UserID, channel string) error
}
