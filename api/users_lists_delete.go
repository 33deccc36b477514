package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/store"
)

var errListDeleteNoSuchList = clientError("No such list.", "NO_SUCH_LIST", "78436795-db79-42f5-b1e2-55ea2cf19166")

// usersListsDelete deletes a list of who is calling.
func usersListsDelete() endpoint {
	return define(meta{
		name: "users/lists/delete", credential: true, permission: "write:account",
		params: schema.Object(schema.Prop("listId", schema.ID())).Require("listId"),
		errors: []*Error{errListDeleteNoSuchList},
	}, func(ctx context.Context, c *Call, p listParams) (nothing, error) {
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			l, err := c.ownList(ctx, w, p.ListID, errListDeleteNoSuchList)
			if err != nil {
				return err
			}
			err = w.DeleteList(ctx, l.ID)
			if errors.Is(err, store.ErrNotFound) { // another call was faster
				return errListDeleteNoSuchList
			}
			if err != nil {
				return fmt.Errorf("deleting a list: %w", err)
			}
			return w.EmitInternal(ctx, store.InternalListGone, store.RelationChange{Actor: l.UserID, ListID: l.ID})
		})
	})
}
