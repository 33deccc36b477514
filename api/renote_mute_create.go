package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/store"
)

var (
	errRenoteMuteNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "5e0a5dff-1e94-4202-87ae-4d9c89eb2271")
	errRenoteMuteYourself   = clientError("Mutee is yourself.", "MUTEE_IS_YOURSELF", "37285718-52f7-4aef-b7de-c38b8e8a8420")
	errAlreadyRenoteMuting  = clientError("You are already muting that user.", "ALREADY_MUTING", "ccfecbe4-1f1c-4fc2-8a3d-c3ffee61cb7b")
)

// renoteMuteCreate mutes a user's pure renotes.
func renoteMuteCreate() endpoint {
	return define(meta{
		name: "renote-mute/create", credential: true, permission: "write:mutes",
		limit:  &limit{duration: time.Hour, max: 20},
		params: userSchema(),
		errors: []*Error{errRenoteMuteNoSuchUser, errRenoteMuteYourself, errAlreadyRenoteMuting},
	}, func(ctx context.Context, c *Call, p userParams) (nothing, error) {
		return nothing{}, c.withUser(ctx, p.UserID, errRenoteMuteYourself, errRenoteMuteNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				err := w.CreateRenoteMute(ctx, &store.RenoteMute{ID: c.NewID(), CreatedAt: c.Now, MuterID: me.ID, MuteeID: other.ID})
				if errors.Is(err, store.ErrConflict) {
					return errAlreadyRenoteMuting
				}
				if err != nil {
					return fmt.Errorf("writing a renote mute: %w", err)
				}
				return w.EmitInternal(ctx, store.InternalRenoteMute, store.RelationChange{Actor: me.ID, Target: other.ID})
			})
	})
}
