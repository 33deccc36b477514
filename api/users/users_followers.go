package users

import (
	"context"
	"fmt"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
	"notewire/store"
)

var (
	errFollowersNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "27fa5435-88ab-43de-9360-387de88727cd")
	errFollowersForbidden  = endpoint.ClientError("Forbidden.", "FORBIDDEN", "3c6a84db-d619-26af-ca14-06232a21df8a")
)

// usersFollowers lists who follows a user.
func usersFollowers() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/followers", Params: followsSchema(),
		Errors: []*endpoint.Error{errFollowersNoSuchUser, errFollowersForbidden},
	}, func(ctx context.Context, c *endpoint.Call, p followsParams) ([]protocol.Following, error) {
		u, err := whose(ctx, c, p, func(u *store.User) string { return u.Settings.FollowersVisibility },
			errFollowersNoSuchUser, errFollowersForbidden)
		if err != nil {
			return nil, err
		}
		found, err := c.Store().Followers(ctx, u.ID, p.Page())
		if err != nil {
			return nil, fmt.Errorf("listing followers: %w", err)
		}
		return action.WithProfiles(ctx, c.Actor, found, func(f *store.Follow) store.UserID { return f.FollowerID },
			func(f *store.Follow, follower protocol.UserDetailed) protocol.Following {
				return c.Packer().PackFollowing(f, nil, &follower)
			})
	})
}
