package relations

import (
	"context"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// followingRequestsList lists the requests that wait for who is calling.
func followingRequestsList() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "following/requests/list", Credential: true, Permission: "read:following",
		Params: schema.Object(endpoint.PageFields(10)...),
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.PageParams) ([]protocol.FollowRequest, error) {
		found, err := c.Store().FollowRequests(ctx, c.ViewerID(), p.Page())
		if err != nil {
			return nil, fmt.Errorf("listing follow requests: %w", err)
		}
		ids := make([]store.UserID, len(found))
		for i, r := range found {
			ids[i] = r.FollowerID
		}
		users, err := c.Store().Users(ctx, ids)
		if err != nil {
			return nil, fmt.Errorf("looking up users: %w", err)
		}
		by := make(map[store.UserID]*store.User, len(users))
		for _, u := range users {
			by[u.ID] = u
		}
		out := make([]protocol.FollowRequest, 0, len(found))
		for _, r := range found {
			if u := by[r.FollowerID]; u != nil { // not deleted since
				out = append(out, c.Packer().PackFollowRequest(r, u, c.Viewer()))
			}
		}
		return out, nil
	})
}
