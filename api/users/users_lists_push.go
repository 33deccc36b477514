package users

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
	"time"
)

var (
	errPushNoSuchList     = endpoint.ClientError("No such list.", "NO_SUCH_LIST", "2214501d-ac96-4049-b717-91e42272a711").For(action.ErrNoSuchList)
	errPushNoSuchUser     = endpoint.ClientError("No such user.", "NO_SUCH_USER", "a89abd3d-f0bc-4cce-beb1-2f446f4f1e6a").For(action.ErrNoSuchUser)
	errAlreadyAdded       = endpoint.ClientError("That user has already been added to that list.", "ALREADY_ADDED", "1de7c884-1595-49e9-857e-61f12f4d4fc5").For(action.ErrAlreadyListed)
	errPushBlocked        = endpoint.ClientError("You cannot push this user because you have been blocked by this user.", "YOU_HAVE_BEEN_BLOCKED", "990232c5-3f9d-4d83-9f3f-ef27b6332a4b").For(action.ErrBlocked)
	errTooManyListMembers = endpoint.ClientError("You can not push users any more.", "TOO_MANY_USERS", "2dd9752e-a338-413d-8eec-41814430989b").For(action.ErrTooManyListMembers)
)

// usersListsPush adds a user to a list of who is calling.
func usersListsPush() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/lists/push", Credential: true, Permission: "write:account",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 30},
		Params: membershipSchema(),
		Errors: []*endpoint.Error{errPushNoSuchList, errPushNoSuchUser, errAlreadyAdded, errPushBlocked, errTooManyListMembers},
	}, func(ctx context.Context, c *endpoint.Call, p membershipParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.AddToList(ctx, p.ListID, p.UserID)
	})
}
