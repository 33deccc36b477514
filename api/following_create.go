package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var (
	errFollowNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "fcd2eef9-a9b2-4c4f-8624-038099e90aa5")
	errFollowYourself   = clientError("Followee is yourself.", "FOLLOWEE_IS_YOURSELF", "26fbe7bb-a331-4857-af17-205b426669a9")
	errAlreadyFollowing = clientError("You are already following that user.", "ALREADY_FOLLOWING", "35387507-38c7-4cb9-9197-300b93783fa0")
	errFollowBlocking   = clientError("You are blocking that user.", "BLOCKING", "4e2206ec-aa4f-4960-b865-6c23ac38e2d9")
	errFollowBlocked    = clientError("You are blocked by that user.", "BLOCKED", "c4ab57cc-4e41-45e9-bfd9-584f61e35ce0")
)

type followingCreateParams struct {
	userParams
	WithReplies bool `json:"withReplies"`
}

// followingCreate follows a user, or asks one whose account is locked. A
// request that waits already is made anew.
func followingCreate() endpoint {
	return define(meta{
		name: "following/create", credential: true, permission: "write:following",
		limit:  &limit{duration: time.Hour, max: 100},
		params: userSchema(schema.Prop("withReplies", schema.Boolean())),
		errors: []*Error{errFollowNoSuchUser, errFollowYourself, errAlreadyFollowing, errFollowBlocking, errFollowBlocked},
	}, func(ctx context.Context, c *Call, p followingCreateParams) (lite protocol.UserLite, err error) {
		err = c.withUser(ctx, p.UserID, errFollowYourself, errFollowNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				lite = c.Packer().PackUserLite(other)
				return w.follow(ctx, me, other, p.WithReplies)
			})
		return lite, err
	})
}

// follow makes a follow or a request for one. Both users must be locked.
func (w *Work) follow(ctx context.Context, me, other *store.User, withReplies bool) error {
	r, err := standing(ctx, w, me.ID, other.ID)
	switch {
	case err != nil:
		return err
	case r.IsFollowing:
		return errAlreadyFollowing
	case r.IsBlocking:
		return errFollowBlocking
	case r.IsBlocked:
		return errFollowBlocked
	}
	if err := w.dropRequest(ctx, me, other); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	// Those whom a locked account follows itself need not ask, if it wants so.
	asks := other.IsLocked || other.Settings.CarefulBot && me.IsBot
	if asks && (!other.Settings.AutoAcceptFollowed || !r.IsFollowed) {
		return w.request(ctx, me, other, withReplies)
	}
	if err := w.befriend(ctx, me, other, withReplies); err != nil {
		return err
	}
	return w.tellFollower(ctx, store.MainFollow, me, other.ID)
}

// request asks a user to be followed and tells them of it.
func (w *Work) request(ctx context.Context, me, other *store.User, withReplies bool) error {
	err := w.CreateFollowRequest(ctx, &store.FollowRequest{
		ID: w.call.NewID(), CreatedAt: w.call.Now, FollowerID: me.ID, FolloweeID: other.ID, WithReplies: withReplies,
	})
	if err != nil {
		return fmt.Errorf("writing a follow request: %w", err)
	}
	if other.Local() {
		if err := w.EmitMain(ctx, other.ID, store.MainReceiveFollowRequest, w.call.Packer().PackUserLite(me)); err != nil {
			return err
		}
	}
	err = w.Notify(ctx, store.Notification{UserID: other.ID, Type: store.NotifyReceiveFollowRequest, NotifierID: me.ID}, nil)
	if err != nil {
		return err
	}
	return w.tellRequests(ctx, other)
}

// dropRequest removes a follow request without a word. store.ErrNotFound:
// there is none.
func (w *Work) dropRequest(ctx context.Context, follower, followee *store.User) error {
	if _, err := w.DeleteFollowRequest(ctx, follower.ID, followee.ID); err != nil {
		return fmt.Errorf("removing a follow request: %w", err)
	}
	return nil
}
