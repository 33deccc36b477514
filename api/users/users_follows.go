package users

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/store"
)

// followsParams are the params of users/followers and users/following: whose
// follows, by id or by name.
type followsParams struct {
	endpoint.PageParams
	UserID   store.UserID `json:"userId"`
	Username string       `json:"username"`
	Host     *string      `json:"host"` // nil: this server
}

func followsSchema(more ...schema.Property) *schema.Schema {
	fields := append(endpoint.PageFields(10), schema.Prop("userId", schema.ID()), schema.Prop("username", schema.String()), schema.Prop("host", schema.String().OrNull()))
	return schema.Object(append(fields, more...)...).
		AnyOf(schema.Object().Require("userId"), schema.Object().Require("username", "host"))
}

// whose finds the user whose follows are asked for, and refuses where they do
// not show them to who is calling. setting is who may see them: everybody,
// followers, or nobody but the user. Moderators see all.
func whose(ctx context.Context, c *endpoint.Call, p followsParams, setting func(*store.User) string, missing, forbidden *endpoint.Error) (*store.User, error) {
	u, err := findUser(ctx, c, usersShowParams{UserID: p.UserID, Username: p.Username, Host: p.Host})
	var answer *endpoint.Error
	if errors.As(err, &answer) {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	me := c.Viewer()
	if me != nil && (me.ID == u.ID || me.IsModerator || me.IsAdmin) {
		return u, nil
	}
	switch setting(u) {
	case "", "public":
		return u, nil
	case "followers":
		if me == nil {
			return nil, forbidden
		}
		follows, err := c.Follows(ctx, u.ID)
		if err != nil {
			return nil, fmt.Errorf("finding out whether a follower asks: %w", err)
		}
		if follows {
			return u, nil
		}
	}
	return nil, forbidden
}
