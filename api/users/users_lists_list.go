package users

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var (
	errListsNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "a8af4a82-0980-4cc4-a6af-8b0ffd54465e")
	errListsRemoteUser = endpoint.ClientError("Not allowed to load the remote user's list", "REMOTE_USER_NOT_ALLOWED", "53858f1b-3315-4a01-81b7-db9b48d4b79a")
	errListsOfNobody   = endpoint.ClientError("Invalid param.", "INVALID_PARAM", "ab36de0e-29e9-48cb-9732-d82f1281620d")
)

// usersListsList lists all lists of who is calling, or the public ones of
// somebody.
func usersListsList() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/lists/list", Permission: "read:account",
		Params: schema.Object(schema.Prop("userId", schema.ID())),
		Errors: []*endpoint.Error{errListsNoSuchUser, errListsRemoteUser, errListsOfNobody},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) ([]protocol.UserList, error) {
		owner, all := p.UserID, false
		if owner == "" {
			if owner, all = c.ViewerID(), true; owner == "" {
				return nil, errListsOfNobody
			}
		} else {
			u, err := c.Store().User(ctx, owner)
			if errors.Is(err, store.ErrNotFound) {
				return nil, errListsNoSuchUser
			}
			if err != nil {
				return nil, fmt.Errorf("looking up a user: %w", err)
			}
			if !u.Local() {
				return nil, errListsRemoteUser
			}
		}
		lists, err := c.Store().Lists(ctx, owner)
		if err != nil {
			return nil, fmt.Errorf("listing lists: %w", err)
		}
		out := make([]protocol.UserList, 0, len(lists))
		for _, l := range lists {
			if all || l.IsPublic {
				out = append(out, c.Packer().PackList(l))
			}
		}
		return out, nil
	})
}
