package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/api/endpoint/schema"
	"notewire/store"
)

var (
	errMuteNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "6fef56f3-e765-4957-88e5-c6f65329b8a5")
	errMuteYourself   = clientError("Mutee is yourself.", "MUTEE_IS_YOURSELF", "a4619cb2-5f23-484b-9301-94c903074e10")
	errAlreadyMuting  = clientError("You are already muting that user.", "ALREADY_MUTING", "7e7359cb-160c-4956-b08f-4d1c653cd007")
)

type muteCreateParams struct {
	userParams
	ExpiresAt *int64 `json:"expiresAt"` // milliseconds since the epoch; nil: never
}

// muteCreate mutes a user, for ever or until an instant. One that has passed
// already mutes nobody and is no error.
func muteCreate() endpoint {
	return define(meta{
		name: "mute/create", credential: true, permission: "write:mutes",
		limit:  &limit{duration: time.Hour, max: 20},
		params: userSchema(schema.Prop("expiresAt", schema.Integer().OrNull())),
		errors: []*Error{errMuteNoSuchUser, errMuteYourself, errAlreadyMuting},
	}, func(ctx context.Context, c *Call, p muteCreateParams) (nothing, error) {
		return nothing{}, c.withUser(ctx, p.UserID, errMuteYourself, errMuteNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				m := &store.Mute{ID: c.NewID(), CreatedAt: c.Now, MuterID: me.ID, MuteeID: other.ID}
				before, err := w.Mute(ctx, me.ID, other.ID)
				switch {
				case errors.Is(err, store.ErrNotFound):
				case err != nil:
					return fmt.Errorf("looking up a mute: %w", err)
				case !expired(before, c.Now):
					return errAlreadyMuting
				}
				// 0 is no instant, as JavaScript sees it.
				if p.ExpiresAt != nil && *p.ExpiresAt != 0 {
					if m.ExpiresAt = time.UnixMilli(*p.ExpiresAt); !m.ExpiresAt.After(c.Now) {
						return nil
					}
				}
				if err := w.CreateMute(ctx, m); err != nil {
					return fmt.Errorf("writing a mute: %w", err)
				}
				return w.EmitInternal(ctx, store.InternalMute, store.RelationChange{Actor: me.ID, Target: other.ID})
			})
	})
}

// expired says whether a mute is over, whether it was swept or not.
func expired(m *store.Mute, now time.Time) bool {
	return !m.ExpiresAt.IsZero() && !m.ExpiresAt.After(now)
}
