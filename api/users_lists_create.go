package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var errTooManyLists = clientError("You cannot create user list any more.", "TOO_MANY_USERLISTS", "0cf21a28-7715-4f39-a20d-777bfdb8d138")

type usersListsCreateParams struct {
	Name string `json:"name"`
}

// listName is the schema of a list's name.
func listName() *schema.Schema { return schema.String().NotEmpty().MaxLength(100) }

// usersListsCreate makes an empty list.
func usersListsCreate() endpoint {
	return define(meta{
		name: "users/lists/create", credential: true, permission: "write:account",
		params: schema.Object(schema.Prop("name", listName())).Require("name"),
		errors: []*Error{errTooManyLists},
	}, func(ctx context.Context, c *Call, p usersListsCreateParams) (protocol.UserList, error) {
		l := &store.UserList{UserID: c.ViewerID(), Name: p.Name}
		err := c.Transact(ctx, func(ctx context.Context, w *Work) error {
			l.ID, l.CreatedAt = c.NewID(), c.Now
			// Under the owner's lock, so that the limit holds for calls at once.
			if _, err := w.UserForUpdate(ctx, l.UserID); err != nil {
				return fmt.Errorf("locking the owner of a list: %w", err)
			}
			lists, err := w.Lists(ctx, l.UserID)
			if err != nil {
				return fmt.Errorf("counting lists: %w", err)
			}
			if len(lists) >= protocol.DefaultPolicies().UserListLimit {
				return errTooManyLists
			}
			if err := w.CreateList(ctx, l); err != nil {
				return fmt.Errorf("writing a list: %w", err)
			}
			return nil
		})
		return c.Packer().PackList(l), err
	})
}
