package admin

import (
	"context"
	"errors"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

var (
	errCreateAccountDenied   = endpoint.ClientError("Access denied.", "ACCESS_DENIED", "1fb7cb09-d46a-4fff-b8df-057708cce513").For(action.ErrNotTheFirst)
	errWrongInitialPassword  = endpoint.ClientError("Initial password is incorrect.", "INCORRECT_INITIAL_PASSWORD", "97147c55-1ae1-4f6f-91d6-e1c3e0e76d62")
	errAccountNameTaken      = endpoint.ClientError("That username is taken.", "DUPLICATED_USERNAME", "8fd20ae4-b1c5-4a3e-a7a0-5c4b1d6e9f72").For(action.ErrUsernameTaken)
	errAccountNameImpossible = endpoint.ClientError("That is not a username.", "INVALID_USERNAME", "3dbf1c58-6a9a-4e57-b7f1-0e2c8a4d5b96").For(action.ErrInvalidUsername)
)

type adminAccountsCreateParams struct {
	Username      string  `json:"username"`
	Password      string  `json:"password"`
	SetupPassword *string `json:"setupPassword"`
}

// adminAccountsCreate makes an account, whether or not registration is open:
// anybody the first one, which becomes administrator, and administrators any.
// A setup password is never set here, so that none is right.
func adminAccountsCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "admin/accounts/create",
		Params: schema.Object(schema.Prop("username", schema.String().Pattern(`^\w{1,20}$`)), schema.Prop("password", schema.String().NotEmpty()), schema.Prop("setupPassword", schema.String().OrNull())).
			Require("username", "password"),
		Errors: []*endpoint.Error{errCreateAccountDenied, errWrongInitialPassword, errAccountNameTaken, errAccountNameImpossible},
	}, func(ctx context.Context, c *endpoint.Call, p adminAccountsCreateParams) (*protocol.MeDetailed, error) {
		which := action.OnlyTheFirst
		if v := c.Viewer(); v != nil {
			if !c.Native() || !v.IsAdmin || v.IsSuspended {
				return nil, errCreateAccountDenied
			}
			which = action.AnyAccount
		} else if endpoint.OrEmpty(p.SetupPassword) != "" {
			return nil, errWrongInitialPassword
		}
		me, err := c.CreateAccount(ctx, action.NewAccount{Username: p.Username, Password: p.Password, Which: which})
		if errors.Is(err, action.ErrUsernameTaken) && which == action.OnlyTheFirst {
			return nil, errCreateAccountDenied // whether a name is taken is nobody's business
		}
		return me, err
	})
}
