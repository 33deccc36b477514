package users

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var (
	errUsersShowNoSuchUser = endpoint.NewError(http.StatusNotFound, protocol.KindClient, "No such user.", "NO_SUCH_USER",
		"4362f8dc-731f-4ad8-a694-be5a88922a24")
	errUsersShowUnresolvable = endpoint.NewError(0, protocol.KindServer, "Failed to resolve remote user.", "FAILED_TO_RESOLVE_REMOTE_USER",
		"ef7b9be4-9cba-4e6f-ab41-90ed171c7d3c")
)

// maxShown is how many users one call may ask for: as many as a list has on a page.
// Misskey has no bound.
const maxShown = 100

type usersShowParams struct {
	UserID   store.UserID    `json:"userId"`
	UserIDs  *[]store.UserID `json:"userIds"`
	Username string          `json:"username"`
	Host     *string         `json:"host"`
}

// usersShow answers one profile, or several for userIds.
func usersShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/show",
		Params: schema.Object(
			schema.Prop("userId", schema.ID()),
			schema.Prop("userIds", schema.Array(schema.ID()).Unique().MaxItems(maxShown)),
			schema.Prop("username", schema.String()),
			schema.Prop("host", schema.String().OrNull()),
		).AnyOf(schema.Object().Require("userId"), schema.Object().Require("userIds"), schema.Object().Require("username")),
		Errors: []*endpoint.Error{errUsersShowUnresolvable, errUsersShowNoSuchUser},
	}, func(ctx context.Context, c *endpoint.Call, p usersShowParams) (any, error) {
		if p.UserIDs != nil {
			users, err := c.Store().Users(ctx, *p.UserIDs)
			if err != nil {
				return nil, fmt.Errorf("looking up users: %w", err)
			}
			return showUsers(ctx, c, slices.DeleteFunc(users, func(u *store.User) bool { return !maySeeUser(c, u) }))
		}
		u, err := findUser(ctx, c, p)
		if err != nil {
			return nil, err
		}
		shown, err := showUsers(ctx, c, []*store.User{u})
		if err != nil {
			return nil, err
		}
		return shown[0], nil
	})
}

func findUser(ctx context.Context, c *endpoint.Call, p usersShowParams) (*store.User, error) {
	host := strings.ToLower(endpoint.OrEmpty(p.Host))
	if host == c.Host() {
		host = ""
	}
	var u *store.User
	var err error
	if p.UserID != "" {
		u, err = c.Store().User(ctx, p.UserID)
	} else {
		u, err = c.Store().UserByName(ctx, p.Username, host)
	}
	switch {
	case errors.Is(err, store.ErrNotFound) && p.UserID == "" && host != "":
		return nil, errUsersShowUnresolvable // this server asks no other one
	case errors.Is(err, store.ErrNotFound):
		return nil, errUsersShowNoSuchUser
	case err != nil:
		return nil, fmt.Errorf("looking up a user: %w", err)
	case !maySeeUser(c, u):
		return nil, errUsersShowNoSuchUser
	}
	return u, nil
}

// maySeeUser says whether the profile is shown at all: suspended and deleted
// accounts only to moderators.
func maySeeUser(c *endpoint.Call, u *store.User) bool {
	v := c.Viewer()
	return !u.IsSuspended && !u.IsDeleted || v != nil && (v.IsModerator || v.IsAdmin)
}

// showUsers packs profiles; the caller's own as they see it.
func showUsers(ctx context.Context, c *endpoint.Call, users []*store.User) ([]any, error) {
	packed, err := c.PresentUsers(ctx, users)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(users))
	for i, u := range users {
		out[i] = packed[i]
		if u.ID == c.ViewerID() {
			if out[i], err = c.PackMe(ctx, u, false); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
