package api

import (
	"context"
	"fmt"

	"notewire/protocol"
	"notewire/store"
)

var (
	errFollowersNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "27fa5435-88ab-43de-9360-387de88727cd")
	errFollowersForbidden  = clientError("Forbidden.", "FORBIDDEN", "3c6a84db-d619-26af-ca14-06232a21df8a")
)

// usersFollowers lists who follows a user.
func usersFollowers() endpoint {
	return define(meta{
		name: "users/followers", params: followsSchema(),
		errors: []*Error{errFollowersNoSuchUser, errFollowersForbidden},
	}, func(ctx context.Context, c *Call, p followsParams) ([]protocol.Following, error) {
		u, err := c.whose(ctx, p, func(u *store.User) string { return u.Settings.FollowersVisibility },
			errFollowersNoSuchUser, errFollowersForbidden)
		if err != nil {
			return nil, err
		}
		found, err := c.Store().Followers(ctx, u.ID, p.page())
		if err != nil {
			return nil, fmt.Errorf("listing followers: %w", err)
		}
		return withProfiles(ctx, c, found, func(f *store.Follow) store.UserID { return f.FollowerID },
			func(f *store.Follow, follower protocol.UserDetailed) protocol.Following {
				return c.Packer().PackFollowing(f, nil, &follower)
			})
	})
}
