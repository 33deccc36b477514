package storage

import (
	"context"
	"time"

	"notewire/store"
)

// FollowReader reads who follows whom, and who asked to.
type FollowReader interface {
	Follow(ctx context.Context, follower, followee store.UserID) (*store.Follow, error)
	// Following is whom a user follows, Followers who follows them.
	Following(ctx context.Context, follower store.UserID, p store.Page) ([]*store.Follow, error)
	Followers(ctx context.Context, followee store.UserID, p store.Page) ([]*store.Follow, error)
	// FollowRequests are those that wait for the followee's approval.
	FollowRequests(ctx context.Context, followee store.UserID, p store.Page) ([]*store.FollowRequest, error)
}

// FollowWriter keeps the counts of both users itself.
type FollowWriter interface {
	CreateFollow(ctx context.Context, f *store.Follow) error
	// UpdateFollow leaves alone what is nil and answers the follow as it is then.
	UpdateFollow(ctx context.Context, follower, followee store.UserID, withReplies *bool, notify *string) (*store.Follow, error)
	// The next two answer what was deleted.
	DeleteFollow(ctx context.Context, follower, followee store.UserID) (*store.Follow, error)
	DeleteFollowRequest(ctx context.Context, follower, followee store.UserID) (*store.FollowRequest, error)
	CreateFollowRequest(ctx context.Context, f *store.FollowRequest) error
}

// HidingReader reads blocks and mutes.
type HidingReader interface {
	Blocks(ctx context.Context, blocker store.UserID, p store.Page) ([]*store.Block, error)
	// Mute is one user's mute of another, Mutes all of a user's. Expired ones
	// are among them until TakeExpiredMutes has seen them.
	Mute(ctx context.Context, muter, mutee store.UserID) (*store.Mute, error)
	Mutes(ctx context.Context, muter store.UserID, p store.Page) ([]*store.Mute, error)
	RenoteMutes(ctx context.Context, muter store.UserID, p store.Page) ([]*store.RenoteMute, error)
	// NextMuteExpiry is when the first of all mutes expires; zero: none does.
	NextMuteExpiry(ctx context.Context) (time.Time, error)
}

// HidingWriter writes blocks and mutes. What is deleted is answered.
type HidingWriter interface {
	CreateBlock(ctx context.Context, b *store.Block) error
	DeleteBlock(ctx context.Context, blocker, blockee store.UserID) (*store.Block, error)
	// CreateMute puts itself in the place of a mute that has expired.
	CreateMute(ctx context.Context, m *store.Mute) error
	DeleteMute(ctx context.Context, muter, mutee store.UserID) (*store.Mute, error)
	// TakeExpiredMutes removes mutes that have expired by now and answers them,
	// each once, whichever node asks.
	TakeExpiredMutes(ctx context.Context, now time.Time, limit int) ([]*store.Mute, error)
	CreateRenoteMute(ctx context.Context, m *store.RenoteMute) error
	DeleteRenoteMute(ctx context.Context, muter, mutee store.UserID) (*store.RenoteMute, error)
}

// ListReader reads user lists with the ids of their members.
type ListReader interface {
	List(ctx context.Context, id string) (*store.UserList, error)
	Lists(ctx context.Context, owner store.UserID) ([]*store.UserList, error)
}

// ListWriter makes and changes user lists.
type ListWriter interface {
	CreateList(ctx context.Context, l *store.UserList) error
	// UpdateList writes the name and whether the list is public.
	UpdateList(ctx context.Context, l *store.UserList) error
	DeleteList(ctx context.Context, id string) error
	// CreateListMember answers false where the list has limit members already.
	CreateListMember(ctx context.Context, m *store.ListMember, limit int) (bool, error)
	UpdateListMember(ctx context.Context, list string, user store.UserID, withReplies bool) error
	DeleteListMember(ctx context.Context, list string, user store.UserID) error
}
