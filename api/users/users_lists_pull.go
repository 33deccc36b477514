package users

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
)

var (
	errPullNoSuchList = endpoint.ClientError("No such list.", "NO_SUCH_LIST", "7f44670e-ab16-43b8-b4c1-ccd2ee89cc02").For(action.ErrNoSuchList)
	errPullNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "588e7f72-c744-4a61-b180-d354e912bda2").For(action.ErrNoSuchUser)
)

// usersListsPull takes a user out of a list of who is calling. That they are
// not in it is no error.
func usersListsPull() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/lists/pull", Credential: true, Permission: "write:account",
		Params: membershipSchema(),
		Errors: []*endpoint.Error{errPullNoSuchList, errPullNoSuchUser},
	}, func(ctx context.Context, c *endpoint.Call, p membershipParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.RemoveFromList(ctx, p.ListID, p.UserID)
	})
}
