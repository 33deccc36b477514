package relations

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

var (
	errMuteNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "6fef56f3-e765-4957-88e5-c6f65329b8a5").For(action.ErrNoSuchUser)
	errMuteYourself   = endpoint.ClientError("Mutee is yourself.", "MUTEE_IS_YOURSELF", "a4619cb2-5f23-484b-9301-94c903074e10").For(action.ErrYourself)
	errAlreadyMuting  = endpoint.ClientError("You are already muting that user.", "ALREADY_MUTING", "7e7359cb-160c-4956-b08f-4d1c653cd007").For(action.ErrAlreadyMuting)
)

type muteCreateParams struct {
	endpoint.UserParams
	ExpiresAt *int64 `json:"expiresAt"` // milliseconds since the epoch; nil: never
}

// muteCreate mutes a user, for ever or until an instant. One that has passed
// already mutes nobody and is no error.
func muteCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "mute/create", Credential: true, Permission: "write:mutes",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 20},
		Params: endpoint.UserSchema(schema.Prop("expiresAt", schema.Integer().OrNull())),
		Errors: []*endpoint.Error{errMuteNoSuchUser, errMuteYourself, errAlreadyMuting},
	}, func(ctx context.Context, c *endpoint.Call, p muteCreateParams) (endpoint.Nothing, error) {
		var until time.Time
		if p.ExpiresAt != nil && *p.ExpiresAt != 0 { // 0 is no instant, as JavaScript sees it
			until = time.UnixMilli(*p.ExpiresAt)
		}
		return endpoint.Nothing{}, c.Mute(ctx, p.UserID, until)
	})
}
