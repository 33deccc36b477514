package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var (
	errFollowUpdateNoSuchUser   = clientError("No such user.", "NO_SUCH_USER", "14318698-f67e-492a-99da-5353a5ac52be")
	errFollowUpdateYourself     = clientError("Followee is yourself.", "FOLLOWEE_IS_YOURSELF", "4c4cbaf9-962a-463b-8418-a5e365dbf2eb")
	errFollowUpdateNotFollowing = clientError("You are not following that user.", "NOT_FOLLOWING", "b8dc75cf-1cb5-46c9-b14b-5f1ffbd782c9")
)

type followingUpdateParams struct {
	userParams
	Notify      *string `json:"notify"`
	WithReplies *bool   `json:"withReplies"`
}

// followingUpdate changes what a follow brings. It answers who is calling, as
// on Misskey.
func followingUpdate() endpoint {
	return define(meta{
		name: "following/update", credential: true, permission: "write:following",
		limit:  &limit{duration: time.Hour, max: 100},
		params: userSchema(schema.Prop("notify", schema.String().Enum("normal", followNotifyNone)), schema.Prop("withReplies", schema.Boolean())),
		errors: []*Error{errFollowUpdateNoSuchUser, errFollowUpdateYourself, errFollowUpdateNotFollowing},
	}, func(ctx context.Context, c *Call, p followingUpdateParams) (lite protocol.UserLite, err error) {
		err = c.withUser(ctx, p.UserID, errFollowUpdateYourself, errFollowUpdateNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				lite = c.Packer().PackUserLite(me)
				f, err := w.UpdateFollow(ctx, me.ID, other.ID, p.WithReplies, p.Notify)
				if errors.Is(err, store.ErrNotFound) {
					return errFollowUpdateNotFollowing
				}
				if err != nil {
					return fmt.Errorf("changing a follow: %w", err)
				}
				return w.EmitInternal(ctx, store.InternalFollow,
					store.RelationChange{Actor: me.ID, Target: other.ID, WithReplies: f.WithReplies})
			})
		return lite, err
	})
}
