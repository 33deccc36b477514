package users

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

type usersListsUpdateMembershipParams struct {
	membershipParams
	WithReplies bool `json:"withReplies"`
}

// usersListsUpdateMembership says whether a member's replies to others are
// shown in the list. Misskey fails with INTERNAL_ERROR for somebody who is not
// a member; here they are NO_SUCH_USER.
func usersListsUpdateMembership() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/lists/update-membership", Credential: true, Permission: "write:account",
		Params: membershipSchema(schema.Prop("withReplies", schema.Boolean())),
		Errors: []*endpoint.Error{errPullNoSuchList, errPullNoSuchUser},
	}, func(ctx context.Context, c *endpoint.Call, p usersListsUpdateMembershipParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.UpdateListMember(ctx, p.ListID, p.UserID, p.WithReplies)
	})
}
