package users

import (
	"context"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

var errTooManyLists = endpoint.ClientError("You cannot create user list any more.", "TOO_MANY_USERLISTS", "0cf21a28-7715-4f39-a20d-777bfdb8d138").For(action.ErrTooManyLists)

type usersListsCreateParams struct {
	Name string `json:"name"`
}

// listName is the schema of a list's name.
func listName() *schema.Schema { return schema.String().NotEmpty().MaxLength(100) }

// usersListsCreate makes an empty list.
func usersListsCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/lists/create", Credential: true, Permission: "write:account",
		Params: schema.Object(schema.Prop("name", listName())).Require("name"),
		Errors: []*endpoint.Error{errTooManyLists},
	}, func(ctx context.Context, c *endpoint.Call, p usersListsCreateParams) (protocol.UserList, error) {
		l, err := c.CreateList(ctx, p.Name)
		if err != nil {
			return protocol.UserList{}, err
		}
		return c.Packer().PackList(l), nil
	})
}
