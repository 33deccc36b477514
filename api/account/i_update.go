package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
	"notewire/store"
)

var (
	errNoSuchAvatar           = endpoint.ClientError("No such avatar file.", "NO_SUCH_AVATAR", "539f3a45-f215-4f81-a9a8-31293640207f").For(action.ErrNoSuchAvatar)
	errNoSuchBanner           = endpoint.ClientError("No such banner file.", "NO_SUCH_BANNER", "0d8f5629-f210-41c2-9433-735831a58595").For(action.ErrNoSuchBanner)
	errAvatarNotAnImage       = endpoint.ClientError("The file specified as an avatar is not an image.", "AVATAR_NOT_AN_IMAGE", "f419f9f8-2f4d-46b1-9fb4-49d3a2fd7191").For(action.ErrAvatarNotAnImage)
	errBannerNotAnImage       = endpoint.ClientError("The file specified as a banner is not an image.", "BANNER_NOT_AN_IMAGE", "75aedb19-2afd-4e6d-87fc-67941256fa60").For(action.ErrBannerNotAnImage)
	errNoSuchPage             = endpoint.ClientError("No such page.", "NO_SUCH_PAGE", "8e01b590-7eb9-431b-a239-860e086c408e")
	errInvalidRegexp          = endpoint.ClientError("Invalid Regular Expression.", "INVALID_REGEXP", "0d786918-10df-41cd-8f33-8dec7d9a89a5")
	errTooManyMutedWords      = endpoint.ClientError("Too many muted words.", "TOO_MANY_MUTED_WORDS", "010665b1-a211-42d2-bc64-8f6609d79785")
	errAliasNoSuchUser        = endpoint.ClientError("No such user.", "NO_SUCH_USER", "fcd2eef9-a9b2-4c4f-8624-038099e90aa5")
	errAliasWithoutURI        = endpoint.ClientError("User ActivityPup URI is null.", "URI_NULL", "bf326f31-d430-4f97-9933-5d61e4d48a23")
	errForbiddenToSetYourself = endpoint.ClientError("You can't set yourself as your own alias.", "FORBIDDEN_TO_SET_YOURSELF", "25c90186-4ab0-49c8-9bba-a1fa6c202ba4")
)

// iUpdateParams has every member optional: what is absent stays as it is.
type iUpdateParams struct {
	Name            endpoint.Maybe[string] `json:"name"`
	Description     endpoint.Maybe[string] `json:"description"`
	FollowedMessage endpoint.Maybe[string] `json:"followedMessage"`
	Location        endpoint.Maybe[string] `json:"location"`
	Birthday        endpoint.Maybe[string] `json:"birthday"`
	Lang            endpoint.Maybe[string] `json:"lang"`
	AvatarID        endpoint.Maybe[string] `json:"avatarId"`
	BannerID        endpoint.Maybe[string] `json:"bannerId"`
	PinnedPageID    endpoint.Maybe[string] `json:"pinnedPageId"`

	Fields []store.ProfileField `json:"fields"`

	IsLocked                 *bool `json:"isLocked"`
	IsExplorable             *bool `json:"isExplorable"`
	HideOnlineStatus         *bool `json:"hideOnlineStatus"`
	PublicReactions          *bool `json:"publicReactions"`
	CarefulBot               *bool `json:"carefulBot"`
	AutoAcceptFollowed       *bool `json:"autoAcceptFollowed"`
	NoCrawle                 *bool `json:"noCrawle"`
	PreventAiLearning        *bool `json:"preventAiLearning"`
	IsBot                    *bool `json:"isBot"`
	IsCat                    *bool `json:"isCat"`
	InjectFeaturedNote       *bool `json:"injectFeaturedNote"`
	ReceiveAnnouncementEmail *bool `json:"receiveAnnouncementEmail"`
	AlwaysMarkNsfw           *bool `json:"alwaysMarkNsfw"`
	AutoSensitive            *bool `json:"autoSensitive"`

	FollowingVisibility string `json:"followingVisibility"`
	FollowersVisibility string `json:"followersVisibility"`

	MutedWords             []json.RawMessage `json:"mutedWords"` // strings, or arrays of them
	HardMutedWords         []json.RawMessage `json:"hardMutedWords"`
	MutedInstances         []string          `json:"mutedInstances"`
	NotificationConfig     json.RawMessage   `json:"notificationRecieveConfig"`
	EmailNotificationTypes []string          `json:"emailNotificationTypes"`
	AlsoKnownAs            []string          `json:"alsoKnownAs"`
}

// iUpdate changes the profile and the settings of who is calling.
func iUpdate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "i/update", Credential: true, Permission: "write:account",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 20},
		Params: iUpdateSchema(),
		Errors: []*endpoint.Error{errNoSuchAvatar, errNoSuchBanner, errAvatarNotAnImage, errBannerNotAnImage, errNoSuchPage,
			errInvalidRegexp, errTooManyMutedWords, errAliasNoSuchUser, errAliasWithoutURI, errForbiddenToSetYourself},
	}, func(ctx context.Context, c *endpoint.Call, p iUpdateParams) (protocol.MeDetailed, error) {
		if p.PinnedPageID.Set && !p.PinnedPageID.Null {
			return protocol.MeDetailed{}, errNoSuchPage // there are no pages here
		}
		if err := checkMutedWords(p.MutedWords, p.HardMutedWords); err != nil {
			return protocol.MeDetailed{}, err
		}
		if err := checkAliases(ctx, c, p.AlsoKnownAs); err != nil {
			return protocol.MeDetailed{}, err
		}
		return c.UpdateProfile(ctx, p.change())
	})
}

// change is what the action changes.
func (p *iUpdateParams) change() action.ProfileChange {
	return action.ProfileChange{
		Name: orNil(p.Name), Description: orNil(p.Description), FollowedMessage: orNil(p.FollowedMessage),
		Location: orNil(p.Location), Birthday: orNil(p.Birthday), Lang: orNil(p.Lang),
		AvatarID: orNil(p.AvatarID), BannerID: orNil(p.BannerID),
		Fields:   p.Fields,
		IsLocked: p.IsLocked, IsBot: p.IsBot, IsCat: p.IsCat,
		IsExplorable: p.IsExplorable, HideOnlineStatus: p.HideOnlineStatus, PublicReactions: p.PublicReactions,
		CarefulBot: p.CarefulBot, AutoAcceptFollowed: p.AutoAcceptFollowed, NoCrawle: p.NoCrawle,
		PreventAiLearning: p.PreventAiLearning, InjectFeaturedNote: p.InjectFeaturedNote,
		ReceiveAnnouncementEmail: p.ReceiveAnnouncementEmail, AlwaysMarkNsfw: p.AlwaysMarkNsfw, AutoSensitive: p.AutoSensitive,
		FollowingVisibility: p.FollowingVisibility, FollowersVisibility: p.FollowersVisibility,
		MutedWords: p.MutedWords, HardMutedWords: p.HardMutedWords, MutedInstances: p.MutedInstances,
		NotificationConfig: p.NotificationConfig, EmailNotificationTypes: p.EmailNotificationTypes,
	}
}

// orNil is the new value; null is the empty one, which takes the old one away.
func orNil(m endpoint.Maybe[string]) *string {
	if !m.Set {
		return nil
	}
	return &m.Value
}

// checkMutedWords bounds the words, and compiles those that are regular
// expressions ("/…/flags").
func checkMutedWords(lists ...[]json.RawMessage) error {
	limit := protocol.DefaultPolicies().WordMuteLimit
	for _, words := range lists {
		length := 0
		for _, raw := range words {
			length += len(raw)
			var word string
			if json.Unmarshal(raw, &word) != nil {
				continue // an array of words
			}
			if m := mutedRegexp.FindStringSubmatch(word); m != nil {
				if _, err := regexp.Compile(m[1]); err != nil {
					return errInvalidRegexp
				}
			}
		}
		if length > limit {
			return errTooManyMutedWords
		}
	}
	return nil
}

var mutedRegexp = regexp.MustCompile(`^/(.+)/(.*)$`)

// checkAliases refuses other accounts as one's own: nothing moves between
// servers here, so no account has what an alias would need.
func checkAliases(ctx context.Context, c *endpoint.Call, names []string) error {
	for _, name := range names {
		username, host, _ := strings.Cut(strings.TrimPrefix(name, "@"), "@")
		if host == c.Host() {
			host = ""
		}
		u, err := c.Store().UserByName(ctx, username, host)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return errAliasNoSuchUser
		case err != nil:
			return fmt.Errorf("looking up an alias: %w", err)
		case u.ID == c.ViewerID():
			return errForbiddenToSetYourself
		default:
			return errAliasWithoutURI
		}
	}
	return nil
}
