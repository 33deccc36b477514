package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var errListUpdateNoSuchList = clientError("No such list.", "NO_SUCH_LIST", "796666fe-3dff-4d39-becb-8a5932c1d5b7")

type usersListsUpdateParams struct {
	listParams
	Name     *string `json:"name"`
	IsPublic *bool   `json:"isPublic"`
}

// usersListsUpdate renames a list, opens it to everybody, or closes it.
func usersListsUpdate() endpoint {
	return define(meta{
		name: "users/lists/update", credential: true, permission: "write:account",
		params: schema.Object(schema.Prop("listId", schema.ID()), schema.Prop("name", listName()), schema.Prop("isPublic", schema.Boolean())).Require("listId"),
		errors: []*Error{errListUpdateNoSuchList},
	}, func(ctx context.Context, c *Call, p usersListsUpdateParams) (protocol.UserList, error) {
		var l *store.UserList
		err := c.Transact(ctx, func(ctx context.Context, w *Work) (err error) {
			// Under the owner's lock: what is not changed is written too.
			if _, err := w.UserForUpdate(ctx, c.ViewerID()); err != nil {
				return fmt.Errorf("locking the owner of a list: %w", err)
			}
			if l, err = c.ownList(ctx, w, p.ListID, errListUpdateNoSuchList); err != nil {
				return err
			}
			if p.Name != nil {
				l.Name = *p.Name
			}
			if p.IsPublic != nil {
				l.IsPublic = *p.IsPublic
			}
			if err := w.UpdateList(ctx, l); err != nil {
				return fmt.Errorf("changing a list: %w", err)
			}
			return nil
		})
		if err != nil {
			return protocol.UserList{}, err
		}
		return c.Packer().PackList(l), nil
	})
}
