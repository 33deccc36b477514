package relations

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
)

var errRejectNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "abc2ffa6-25b2-4380-ba99-321ff3a94555").For(action.ErrNoSuchUser)

// followingRequestsReject removes a request to who is calling. Who asked is
// told as if unfollowed; that there is no request is no error.
func followingRequestsReject() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "following/requests/reject", Credential: true, Permission: "write:following",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errRejectNoSuchUser},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.RejectFollowRequest(ctx, p.UserID)
	})
}
