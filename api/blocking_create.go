package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"notewire/protocol"
	"notewire/store"
)

var (
	errBlockNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "7cc4f851-e2f1-4621-9633-ec9e1d00c01e")
	errBlockYourself   = clientError("Blockee is yourself.", "BLOCKEE_IS_YOURSELF", "88b19138-f28d-42c0-8499-6a31bbd0fdc6")
	errAlreadyBlocking = clientError("You are already blocking that user.", "ALREADY_BLOCKING", "787fed64-acb9-464a-82eb-afbd745b9614")
)

// blockingCreate blocks a user and ends what was between the two.
func blockingCreate() endpoint {
	return define(meta{
		name: "blocking/create", credential: true, permission: "write:blocks",
		limit:  &limit{duration: time.Hour, max: 20},
		params: userSchema(),
		errors: []*Error{errBlockNoSuchUser, errBlockYourself, errAlreadyBlocking},
	}, func(ctx context.Context, c *Call, p userParams) (profile protocol.UserDetailed, err error) {
		err = c.withUser(ctx, p.UserID, errBlockYourself, errBlockNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				if err := w.block(ctx, me, other); err != nil {
					return err
				}
				profile, err = w.profileNow(ctx, me, other)
				return err
			})
		return profile, err
	})
}

// profileNow is a user as another one sees them after what was done.
func (w *Work) profileNow(ctx context.Context, viewer, u *store.User) (protocol.UserDetailed, error) {
	now, err := w.User(ctx, u.ID)
	if err != nil {
		return protocol.UserDetailed{}, fmt.Errorf("looking up a user: %w", err)
	}
	return profileFor(ctx, w, w.call.Packer(), viewer.ID, now)
}

// block ends, in Misskey's order, the requests and follows between two users
// and the blocker's places in the other's lists, and then blocks.
func (w *Work) block(ctx context.Context, me, other *store.User) error {
	r, err := standing(ctx, w, me.ID, other.ID)
	if err != nil {
		return err
	}
	if r.IsBlocking {
		return errAlreadyBlocking
	}
	for _, side := range [][2]*store.User{{me, other}, {other, me}} {
		if err := w.withdraw(ctx, side[0], side[1]); err != nil {
			return err
		}
	}
	for _, side := range [][2]*store.User{{me, other}, {other, me}} {
		if err := w.part(ctx, side[0], side[1]); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if err := w.leaveLists(ctx, other.ID, me); err != nil {
		return err
	}
	err = w.CreateBlock(ctx, &store.Block{ID: w.call.NewID(), CreatedAt: w.call.Now, BlockerID: me.ID, BlockeeID: other.ID})
	if err != nil {
		return fmt.Errorf("writing a block: %w", err)
	}
	return w.EmitInternal(ctx, store.InternalBlock, store.RelationChange{Actor: me.ID, Target: other.ID})
}

// withdraw removes a follow request, if there is one, and tells both sides.
func (w *Work) withdraw(ctx context.Context, follower, followee *store.User) error {
	err := w.dropRequest(ctx, follower, followee)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := w.tellRequests(ctx, followee); err != nil {
		return err
	}
	return w.tellFollower(ctx, store.MainUnfollow, follower, followee.ID)
}

// leaveLists takes a user out of all lists of an owner.
func (w *Work) leaveLists(ctx context.Context, owner store.UserID, u *store.User) error {
	lists, err := w.Lists(ctx, owner)
	if err != nil {
		return fmt.Errorf("looking for lists: %w", err)
	}
	for _, l := range lists {
		if !slices.Contains(l.MemberIDs, u.ID) {
			continue
		}
		if err := w.unlist(ctx, l, u); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
