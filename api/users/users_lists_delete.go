package users

import (
	"context"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

var errListDeleteNoSuchList = endpoint.ClientError("No such list.", "NO_SUCH_LIST", "78436795-db79-42f5-b1e2-55ea2cf19166").For(action.ErrNoSuchList)

// usersListsDelete deletes a list of who is calling.
func usersListsDelete() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/lists/delete", Credential: true, Permission: "write:account",
		Params: schema.Object(schema.Prop("listId", schema.ID())).Require("listId"),
		Errors: []*endpoint.Error{errListDeleteNoSuchList},
	}, func(ctx context.Context, c *endpoint.Call, p listParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.DeleteList(ctx, p.ListID)
	})
}
