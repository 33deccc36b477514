package action

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

// ownList is a list of the actor. Those of others do not exist for them:
// ErrNoSuchList.
func (a *Actor) ownList(ctx context.Context, r storage.ListReader, id string) (*store.UserList, error) {
	l, err := r.List(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && l.UserID != a.ViewerID() {
		return nil, ErrNoSuchList
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a list: %w", err)
	}
	return l, nil
}

// withMember runs do in one transaction for a list of the actor and a user. It
// fails with ErrNoSuchList or ErrNoSuchUser.
func (a *Actor) withMember(ctx context.Context, list string, user store.UserID, do func(ctx context.Context, w *work, l *store.UserList, u *store.User) error) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		l, err := a.ownList(ctx, w, list)
		if err != nil {
			return err
		}
		u, err := w.User(ctx, user)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNoSuchUser
		}
		if err != nil {
			return fmt.Errorf("looking up a user: %w", err)
		}
		return do(ctx, w, l, u)
	})
}

// unlist takes a user out of a list and tells of it. store.ErrNotFound: they
// are not in it.
func (w *work) unlist(ctx context.Context, l *store.UserList, u *store.User) error {
	if err := w.DeleteListMember(ctx, l.ID, u.ID); err != nil {
		return fmt.Errorf("taking a user out of a list: %w", err)
	}
	err := w.emitInternal(ctx, store.InternalListMemberGone, store.RelationChange{Actor: l.UserID, Target: u.ID, ListID: l.ID})
	if err != nil {
		return err
	}
	return w.emit(ctx, store.UserListTopic(l.ID), store.ListUserRemoved, w.by.Packer().PackUserLite(u))
}

// enlist adds a user to a list and tells of it.
func (w *work) enlist(ctx context.Context, l *store.UserList, u *store.User) error {
	m := &store.ListMember{ID: w.by.newID(), CreatedAt: w.by.Now, ListID: l.ID, UserID: u.ID}
	added, err := w.CreateListMember(ctx, m, protocol.DefaultPolicies().UserEachUserListsLimit)
	switch {
	case errors.Is(err, store.ErrConflict):
		return ErrAlreadyListed
	case errors.Is(err, store.ErrNotFound): // deleted meanwhile
		return ErrNoSuchList
	case err != nil:
		return fmt.Errorf("adding a user to a list: %w", err)
	case !added:
		return ErrTooManyListMembers
	}
	err = w.emitInternal(ctx, store.InternalListMember, store.RelationChange{Actor: l.UserID, Target: u.ID, ListID: l.ID})
	if err != nil {
		return err
	}
	return w.emit(ctx, store.UserListTopic(l.ID), store.ListUserAdded, w.by.Packer().PackUserLite(u))
}

// OwnList is a list of the actor. Those of others do not exist for them:
// ErrNoSuchList.
func (a *Actor) OwnList(ctx context.Context, id string) (*store.UserList, error) {
	return a.ownList(ctx, a.Store(), id)
}

// CreateList makes an empty list. It fails with ErrTooManyLists.
func (a *Actor) CreateList(ctx context.Context, name string) (*store.UserList, error) {
	l := &store.UserList{UserID: a.ViewerID(), Name: name}
	err := a.transact(ctx, func(ctx context.Context, w *work) error {
		l.ID, l.CreatedAt = a.newID(), a.Now
		// Under the owner's lock, so that the limit holds for calls at once.
		if _, err := w.UserForUpdate(ctx, l.UserID); err != nil {
			return fmt.Errorf("locking the owner of a list: %w", err)
		}
		lists, err := w.Lists(ctx, l.UserID)
		if err != nil {
			return fmt.Errorf("counting lists: %w", err)
		}
		if len(lists) >= protocol.DefaultPolicies().UserListLimit {
			return ErrTooManyLists
		}
		if err := w.CreateList(ctx, l); err != nil {
			return fmt.Errorf("writing a list: %w", err)
		}
		return nil
	})
	return l, err
}

// UpdateList renames a list of the actor, opens it to everybody, or closes it;
// nil leaves a setting as it is. It fails with ErrNoSuchList.
func (a *Actor) UpdateList(ctx context.Context, id string, name *string, isPublic *bool) (l *store.UserList, err error) {
	err = a.transact(ctx, func(ctx context.Context, w *work) (err error) {
		// Under the owner's lock: what is not changed is written too.
		if _, err := w.UserForUpdate(ctx, a.ViewerID()); err != nil {
			return fmt.Errorf("locking the owner of a list: %w", err)
		}
		if l, err = a.ownList(ctx, w, id); err != nil {
			return err
		}
		if name != nil {
			l.Name = *name
		}
		if isPublic != nil {
			l.IsPublic = *isPublic
		}
		if err := w.UpdateList(ctx, l); err != nil {
			return fmt.Errorf("changing a list: %w", err)
		}
		return nil
	})
	return l, err
}

// DeleteList deletes a list of the actor. It fails with ErrNoSuchList.
func (a *Actor) DeleteList(ctx context.Context, id string) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		l, err := a.ownList(ctx, w, id)
		if err != nil {
			return err
		}
		err = w.DeleteList(ctx, l.ID)
		if errors.Is(err, store.ErrNotFound) { // another call was faster
			return ErrNoSuchList
		}
		if err != nil {
			return fmt.Errorf("deleting a list: %w", err)
		}
		return w.emitInternal(ctx, store.InternalListGone, store.RelationChange{Actor: l.UserID, ListID: l.ID})
	})
}

// AddToList adds a user to a list of the actor. It fails with ErrNoSuchList,
// ErrNoSuchUser, ErrBlocked, ErrAlreadyListed or ErrTooManyListMembers.
func (a *Actor) AddToList(ctx context.Context, list string, user store.UserID) error {
	return a.withMember(ctx, list, user, func(ctx context.Context, w *work, l *store.UserList, _ *store.User) error {
		// Locked, so that they do not block the owner meanwhile.
		_, u, err := lockPair(ctx, w, l.UserID, user)
		if err != nil {
			return fmt.Errorf("locking two users: %w", err)
		}
		if u.ID != l.UserID {
			r, err := standing(ctx, w, l.UserID, u.ID)
			if err != nil {
				return err
			}
			if r.IsBlocked {
				return ErrBlocked
			}
		}
		return w.enlist(ctx, l, u)
	})
}

// RemoveFromList takes a user out of a list of the actor. That they are not in
// it is no error. It fails with ErrNoSuchList or ErrNoSuchUser.
func (a *Actor) RemoveFromList(ctx context.Context, list string, user store.UserID) error {
	return a.withMember(ctx, list, user, func(ctx context.Context, w *work, l *store.UserList, u *store.User) error {
		if err := w.unlist(ctx, l, u); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return nil
	})
}

// UpdateListMember says whether a member's replies to others are shown in a list
// of the actor. It fails with ErrNoSuchList, or with ErrNoSuchUser for somebody
// who is not a member.
func (a *Actor) UpdateListMember(ctx context.Context, list string, user store.UserID, withReplies bool) error {
	return a.withMember(ctx, list, user, func(ctx context.Context, w *work, l *store.UserList, u *store.User) error {
		err := w.UpdateListMember(ctx, l.ID, u.ID, withReplies)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNoSuchUser
		}
		if err != nil {
			return fmt.Errorf("changing a list's member: %w", err)
		}
		return w.emitInternal(ctx, store.InternalListMember,
			store.RelationChange{Actor: l.UserID, Target: u.ID, ListID: l.ID, WithReplies: withReplies})
	})
}
