package relations

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
)

var (
	errAcceptNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "66ce1645-d66c-46bb-8b79-96739af885bd").For(action.ErrNoSuchUser)
	errNoFollowRequest  = endpoint.ClientError("No follow request.", "NO_FOLLOW_REQUEST", "bcde4f8b-0913-4614-8881-614e522fb041").For(action.ErrNoFollowRequest)
)

// followingRequestsAccept makes a follow of a request to who is calling.
func followingRequestsAccept() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "following/requests/accept", Credential: true, Permission: "write:following",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errAcceptNoSuchUser, errNoFollowRequest},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.AcceptFollowRequest(ctx, p.UserID)
	})
}
