package endpoint

import (
	"notewire/api/endpoint/schema"
	"notewire/store"
)

// UserParams are the params of what is done to one user.
type UserParams struct {
	UserID store.UserID `json:"userId"`
}

// UserSchema is the schema of UserParams, and of properties beside it.
func UserSchema(more ...schema.Property) *schema.Schema {
	return schema.Object(append([]schema.Property{schema.Prop("userId", schema.ID())}, more...)...).Require("userId")
}
