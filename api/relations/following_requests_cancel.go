package relations

import (
	"context"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
)

var (
	errCancelNoSuchUser      = endpoint.ClientError("No such user.", "NO_SUCH_USER", "4e68c551-fc4c-4e46-bb41-7d4a37bf9dab").For(action.ErrNoSuchUser)
	errFollowRequestNotFound = endpoint.ClientError("Follow request not found.", "FOLLOW_REQUEST_NOT_FOUND", "089b125b-d338-482a-9a09-e2622ac9f8d4").For(action.ErrNoFollowRequest)
)

// followingRequestsCancel takes a request of who is calling back.
func followingRequestsCancel() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "following/requests/cancel", Credential: true, Permission: "write:following",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errCancelNoSuchUser, errFollowRequestNotFound},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (lite protocol.UserLite, err error) {
		u, err := c.CancelFollowRequest(ctx, p.UserID)
		if err != nil {
			return lite, err
		}
		return c.Packer().PackUserLite(u), nil
	})
}
