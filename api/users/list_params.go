package users

import (
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

// listParams are the params of what is done to one list.
type listParams struct {
	ListID string `json:"listId"`
}

// membershipParams are the params of what is done to one member of a list.
type membershipParams struct {
	listParams
	endpoint.UserParams
}

func membershipSchema(more ...schema.Property) *schema.Schema {
	return schema.Object(append([]schema.Property{schema.Prop("listId", schema.ID()), schema.Prop("userId", schema.ID())}, more...)...).Require("listId", "userId")
}
