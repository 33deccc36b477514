package api

import (
	"context"
	"errors"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

var (
	errCreateAccountDenied   = clientError("Access denied.", "ACCESS_DENIED", "1fb7cb09-d46a-4fff-b8df-057708cce513")
	errWrongInitialPassword  = clientError("Initial password is incorrect.", "INCORRECT_INITIAL_PASSWORD", "97147c55-1ae1-4f6f-91d6-e1c3e0e76d62")
	errAccountNameTaken      = clientError("That username is taken.", "DUPLICATED_USERNAME", "8fd20ae4-b1c5-4a3e-a7a0-5c4b1d6e9f72")
	errAccountNameImpossible = clientError("That is not a username.", "INVALID_USERNAME", "3dbf1c58-6a9a-4e57-b7f1-0e2c8a4d5b96")
)

type adminAccountsCreateParams struct {
	Username      string  `json:"username"`
	Password      string  `json:"password"`
	SetupPassword *string `json:"setupPassword"`
}

// adminAccountsCreate makes an account, whether or not registration is open:
// anybody the first one, which becomes administrator, and administrators any.
// A setup password is never set here, so that none is right.
func adminAccountsCreate() endpoint {
	return define(meta{
		name: "admin/accounts/create",
		params: schema.Object(schema.Prop("username", schema.String().Pattern(`^\w{1,20}$`)), schema.Prop("password", schema.String().NotEmpty()), schema.Prop("setupPassword", schema.String().OrNull())).
			Require("username", "password"),
		errors: []*Error{errCreateAccountDenied, errWrongInitialPassword, errAccountNameTaken, errAccountNameImpossible},
	}, func(ctx context.Context, c *Call, p adminAccountsCreateParams) (*protocol.MeDetailed, error) {
		who := onlyTheFirst
		if v := c.Viewer(); v != nil {
			if !c.Native() || !v.IsAdmin || v.IsSuspended {
				return nil, errCreateAccountDenied
			}
			who = anyAccount
		} else if orEmpty(p.SetupPassword) != "" {
			return nil, errWrongInitialPassword
		}
		me, err := c.server.createAccount(ctx, c, p.Username, p.Password, "", who)
		switch {
		case errors.Is(err, errNotTheFirst):
			return nil, errCreateAccountDenied
		case errors.Is(err, errDuplicatedUsername) && who == onlyTheFirst:
			return nil, errCreateAccountDenied // whether a name is taken is nobody's business
		case errors.Is(err, errDuplicatedUsername):
			return nil, errAccountNameTaken
		case errors.Is(err, errInvalidUsername):
			return nil, errAccountNameImpossible
		}
		return me, err
	})
}
