package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/store"
)

var (
	errRenoteUnmuteNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "9b6728cf-638c-4aa1-bedb-e07d8101474d")
	errRenoteUnmuteYourself   = clientError("Mutee is yourself.", "MUTEE_IS_YOURSELF", "619b1314-0850-4597-a242-e245f3da42af")
	errNotRenoteMuting        = clientError("You are not muting that user.", "NOT_MUTING", "2e4ef874-8bf0-4b4b-b069-4598f6d05817")
)

// renoteMuteDelete ends a mute of a user's pure renotes.
func renoteMuteDelete() endpoint {
	return define(meta{
		name: "renote-mute/delete", credential: true, permission: "write:mutes",
		params: userSchema(),
		errors: []*Error{errRenoteUnmuteNoSuchUser, errRenoteUnmuteYourself, errNotRenoteMuting},
	}, func(ctx context.Context, c *Call, p userParams) (nothing, error) {
		return nothing{}, c.withUser(ctx, p.UserID, errRenoteUnmuteYourself, errRenoteUnmuteNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				_, err := w.DeleteRenoteMute(ctx, me.ID, other.ID)
				if errors.Is(err, store.ErrNotFound) {
					return errNotRenoteMuting
				}
				if err != nil {
					return fmt.Errorf("ending a renote mute: %w", err)
				}
				return w.EmitInternal(ctx, store.InternalRenoteUnmute, store.RelationChange{Actor: me.ID, Target: other.ID})
			})
	})
}
