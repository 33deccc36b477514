package users

import (
	"context"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

var errListUpdateNoSuchList = endpoint.ClientError("No such list.", "NO_SUCH_LIST", "796666fe-3dff-4d39-becb-8a5932c1d5b7").For(action.ErrNoSuchList)

type usersListsUpdateParams struct {
	listParams
	Name     *string `json:"name"`
	IsPublic *bool   `json:"isPublic"`
}

// usersListsUpdate renames a list, opens it to everybody, or closes it.
func usersListsUpdate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/lists/update", Credential: true, Permission: "write:account",
		Params: schema.Object(schema.Prop("listId", schema.ID()), schema.Prop("name", listName()), schema.Prop("isPublic", schema.Boolean())).Require("listId"),
		Errors: []*endpoint.Error{errListUpdateNoSuchList},
	}, func(ctx context.Context, c *endpoint.Call, p usersListsUpdateParams) (protocol.UserList, error) {
		l, err := c.UpdateList(ctx, p.ListID, p.Name, p.IsPublic)
		if err != nil {
			return protocol.UserList{}, err
		}
		return c.Packer().PackList(l), nil
	})
}
