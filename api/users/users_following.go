package users

import (
	"context"
	"fmt"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

var (
	errFollowingNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "63e4aba4-4156-4e53-be25-c9559e42d71b")
	errFollowingForbidden  = endpoint.ClientError("Forbidden.", "FORBIDDEN", "f6cdb0df-c19f-ec5c-7dbb-0ba84a1f92ba")
)

type usersFollowingParams struct {
	followsParams
	Birthday *string `json:"birthday"` // YYYY-MM-DD, of which the year does not count; nil: any
}

// usersFollowing lists whom a user follows, or those of them whose birthday it
// is.
func usersFollowing() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name:   "users/following",
		Params: followsSchema(schema.Prop("birthday", schema.String().Pattern("^([0-9]{4})-([0-9]{2})-([0-9]{2})$").OrNull())),
		Errors: []*endpoint.Error{errFollowingNoSuchUser, errFollowingForbidden},
	}, func(ctx context.Context, c *endpoint.Call, p usersFollowingParams) ([]protocol.Following, error) {
		u, err := whose(ctx, c, p.followsParams, func(u *store.User) string { return u.Settings.FollowingVisibility },
			errFollowingNoSuchUser, errFollowingForbidden)
		if err != nil {
			return nil, err
		}
		found, err := p.find(ctx, c, u.ID)
		if err != nil {
			return nil, err
		}
		return action.WithProfiles(ctx, c.Actor, found, func(f *store.Follow) store.UserID { return f.FolloweeID },
			func(f *store.Follow, followee protocol.UserDetailed) protocol.Following {
				return c.Packer().PackFollowing(f, &followee, nil)
			})
	})
}

// find is the page of follows, without those whose birthday it is not.
func (p *usersFollowingParams) find(ctx context.Context, c *endpoint.Call, follower store.UserID) ([]*store.Follow, error) {
	page := p.Page()
	if p.Birthday == nil {
		found, err := c.Store().Following(ctx, follower, page)
		if err != nil {
			return nil, fmt.Errorf("listing follows: %w", err)
		}
		return found, nil
	}
	const batch = 100
	var out []*store.Follow
	ascending := page.Ascending()
	for page.Limit = batch; ; {
		found, err := c.Store().Following(ctx, follower, page)
		if err != nil {
			return nil, fmt.Errorf("listing follows: %w", err)
		}
		born, err := bornOn(ctx, c.Store(), found, (*p.Birthday)[len("YYYY"):])
		if err != nil {
			return nil, err
		}
		if out = append(out, born...); len(out) >= p.Limit {
			return out[:p.Limit], nil
		}
		if len(found) < batch {
			return out, nil
		}
		if last := found[len(found)-1].ID; ascending {
			page.SinceID = last
		} else {
			page.UntilID = last
		}
	}
}

// bornOn are the follows of users whose birthday ends in day ("-MM-DD").
func bornOn(ctx context.Context, r storage.AccountReader, follows []*store.Follow, day string) ([]*store.Follow, error) {
	ids := make([]store.UserID, len(follows))
	for i, f := range follows {
		ids[i] = f.FolloweeID
	}
	users, err := r.Users(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("looking up birthdays: %w", err)
	}
	born := make(map[store.UserID]bool, len(users))
	for _, u := range users {
		b := u.Settings.Birthday
		born[u.ID] = len(b) == len("YYYY")+len(day) && b[len("YYYY"):] == day
	}
	var out []*store.Follow
	for _, f := range follows {
		if born[f.FolloweeID] {
			out = append(out, f)
		}
	}
	return out, nil
}
