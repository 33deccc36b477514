package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/protocol"
	"notewire/store"
	"slices"
)

// Block blocks a user and ends what was between the two. It answers the user as
// the actor sees them afterwards. It fails with ErrNoSuchUser, ErrYourself or
// ErrAlreadyBlocking.
func (a *Actor) Block(ctx context.Context, id store.UserID) (profile protocol.UserDetailed, err error) {
	err = a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		if err := w.block(ctx, me, other); err != nil {
			return err
		}
		profile, err = w.profileNow(ctx, me, other)
		return err
	})
	return profile, err
}

// Unblock ends a block. What the block ended does not come back. It answers the
// user as the actor sees them afterwards. It fails with ErrNoSuchUser,
// ErrYourself or ErrNotBlocking.
func (a *Actor) Unblock(ctx context.Context, id store.UserID) (profile protocol.UserDetailed, err error) {
	err = a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		_, err := w.DeleteBlock(ctx, me.ID, other.ID)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNotBlocking
		}
		if err != nil {
			return fmt.Errorf("ending a block: %w", err)
		}
		err = w.emitInternal(ctx, store.InternalUnblock, store.RelationChange{Actor: me.ID, Target: other.ID})
		if err != nil {
			return err
		}
		profile, err = w.profileNow(ctx, me, other)
		return err
	})
	return profile, err
}

// profileNow is a user as another one sees them after what was done.
func (w *work) profileNow(ctx context.Context, viewer, u *store.User) (protocol.UserDetailed, error) {
	now, err := w.User(ctx, u.ID)
	if err != nil {
		return protocol.UserDetailed{}, fmt.Errorf("looking up a user: %w", err)
	}
	return profileFor(ctx, w, w.by.Packer(), viewer.ID, now)
}

// block ends, in Misskey's order, the requests and follows between two users
// and the blocker's places in the other's lists, and then blocks.
func (w *work) block(ctx context.Context, me, other *store.User) error {
	r, err := standing(ctx, w, me.ID, other.ID)
	if err != nil {
		return err
	}
	if r.IsBlocking {
		return ErrAlreadyBlocking
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
	err = w.CreateBlock(ctx, &store.Block{ID: w.by.newID(), CreatedAt: w.by.Now, BlockerID: me.ID, BlockeeID: other.ID})
	if err != nil {
		return fmt.Errorf("writing a block: %w", err)
	}
	return w.emitInternal(ctx, store.InternalBlock, store.RelationChange{Actor: me.ID, Target: other.ID})
}

// withdraw removes a follow request, if there is one, and tells both sides.
func (w *work) withdraw(ctx context.Context, follower, followee *store.User) error {
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
func (w *work) leaveLists(ctx context.Context, owner store.UserID, u *store.User) error {
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
