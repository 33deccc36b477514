package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"notewire/api/endpoint"
	"notewire/protocol"
	"notewire/store"
)

// shownUser is what moderators are told of an account.
type shownUser struct {
	Email                     *string           `json:"email"` // null: none is kept
	EmailVerified             bool              `json:"emailVerified"`
	FollowedMessage           *string           `json:"followedMessage"`
	AutoAcceptFollowed        bool              `json:"autoAcceptFollowed"`
	NoCrawle                  bool              `json:"noCrawle"`
	PreventAiLearning         bool              `json:"preventAiLearning"`
	AlwaysMarkNsfw            bool              `json:"alwaysMarkNsfw"`
	AutoSensitive             bool              `json:"autoSensitive"`
	CarefulBot                bool              `json:"carefulBot"`
	InjectFeaturedNote        bool              `json:"injectFeaturedNote"`
	ReceiveAnnouncementEmail  bool              `json:"receiveAnnouncementEmail"`
	MutedWords                json.RawMessage   `json:"mutedWords"`
	MutedInstances            []string          `json:"mutedInstances"`
	NotificationRecieveConfig json.RawMessage   `json:"notificationRecieveConfig"`
	IsModerator               bool              `json:"isModerator"`
	IsSilenced                bool              `json:"isSilenced"` // false: nobody is
	IsSuspended               bool              `json:"isSuspended"`
	IsHibernated              bool              `json:"isHibernated"` // false: nobody is
	LastActiveDate            *string           `json:"lastActiveDate"`
	ModerationNote            string            `json:"moderationNote"` // empty: none is kept
	Logins                    []struct{}        `json:"signins"`        //nolint:misspell // the name on the wire; empty: none is kept
	Policies                  protocol.Policies `json:"policies"`
	Roles                     []struct{}        `json:"roles"` // empty: there are none
	RoleAssigns               []struct{}        `json:"roleAssigns"`
}

// adminShowUser tells moderators of an account; of administrators only
// administrators.
func adminShowUser() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "admin/show-user", Credential: true, Moderator: true, Permission: "read:admin:show-user",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errNoSuchUser, errCannotShowAdminInfo},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (*shownUser, error) {
		u, err := c.Store().User(ctx, p.UserID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, errNoSuchUser
		case err != nil:
			return nil, fmt.Errorf("looking up a user: %w", err)
		case u.IsAdmin && !c.Viewer().IsAdmin:
			return nil, errCannotShowAdminInfo
		}
		me := c.Packer().PackMe(u, protocol.MeExtras{Policies: protocol.DefaultPolicies()})
		shown := &shownUser{
			FollowedMessage: me.FollowedMessage, AutoAcceptFollowed: me.AutoAcceptFollowed, NoCrawle: me.NoCrawle,
			PreventAiLearning: me.PreventAiLearning, AlwaysMarkNsfw: me.AlwaysMarkNsfw, AutoSensitive: me.AutoSensitive,
			CarefulBot: me.CarefulBot, InjectFeaturedNote: me.InjectFeaturedNote, ReceiveAnnouncementEmail: me.ReceiveAnnouncementEmail,
			MutedWords: me.MutedWords, MutedInstances: me.MutedInstances, NotificationRecieveConfig: me.NotificationRecieveConfig,
			IsModerator: me.IsModerator, IsSuspended: u.IsSuspended, Policies: me.Policies,
			Logins: []struct{}{}, Roles: []struct{}{}, RoleAssigns: []struct{}{},
		}
		if !u.LastActiveAt.IsZero() {
			at := protocol.FormatTime(u.LastActiveAt)
			shown.LastActiveDate = &at
		}
		return shown, nil
	})
}
