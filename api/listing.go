package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/api/storage"
	"notewire/store"
)

// listParams are the params of what is done to one list.
type listParams struct {
	ListID string `json:"listId"`
}

// membershipParams are the params of what is done to one member of a list.
type membershipParams struct {
	listParams
	userParams
}

func membershipSchema(more ...schema.Property) *schema.Schema {
	return schema.Object(append([]schema.Property{schema.Prop("listId", schema.ID()), schema.Prop("userId", schema.ID())}, more...)...).Require("listId", "userId")
}

// ownList is a list of who is calling. Those of others do not exist for them.
func (c *Call) ownList(ctx context.Context, r storage.ListReader, id string, missing *Error) (*store.UserList, error) {
	l, err := r.List(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && l.UserID != c.ViewerID() {
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a list: %w", err)
	}
	return l, nil
}

// withMember runs do in one transaction for a list of who is calling and a
// user.
func (c *Call) withMember(ctx context.Context, p membershipParams, noList, noUser *Error, do func(ctx context.Context, w *Work, l *store.UserList, u *store.User) error) error {
	return c.Transact(ctx, func(ctx context.Context, w *Work) error {
		l, err := c.ownList(ctx, w, p.ListID, noList)
		if err != nil {
			return err
		}
		u, err := w.User(ctx, p.UserID)
		if errors.Is(err, store.ErrNotFound) {
			return noUser
		}
		if err != nil {
			return fmt.Errorf("looking up a user: %w", err)
		}
		return do(ctx, w, l, u)
	})
}

// unlist takes a user out of a list and tells of it. store.ErrNotFound: they
// are not in it.
func (w *Work) unlist(ctx context.Context, l *store.UserList, u *store.User) error {
	if err := w.DeleteListMember(ctx, l.ID, u.ID); err != nil {
		return fmt.Errorf("taking a user out of a list: %w", err)
	}
	err := w.EmitInternal(ctx, store.InternalListMemberGone, store.RelationChange{Actor: l.UserID, Target: u.ID, ListID: l.ID})
	if err != nil {
		return err
	}
	return w.Emit(ctx, store.UserListTopic(l.ID), store.ListUserRemoved, w.call.Packer().PackUserLite(u))
}
