package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

var (
	errNoSuchAvatar           = clientError("No such avatar file.", "NO_SUCH_AVATAR", "539f3a45-f215-4f81-a9a8-31293640207f")
	errNoSuchBanner           = clientError("No such banner file.", "NO_SUCH_BANNER", "0d8f5629-f210-41c2-9433-735831a58595")
	errAvatarNotAnImage       = clientError("The file specified as an avatar is not an image.", "AVATAR_NOT_AN_IMAGE", "f419f9f8-2f4d-46b1-9fb4-49d3a2fd7191")
	errBannerNotAnImage       = clientError("The file specified as a banner is not an image.", "BANNER_NOT_AN_IMAGE", "75aedb19-2afd-4e6d-87fc-67941256fa60")
	errNoSuchPage             = clientError("No such page.", "NO_SUCH_PAGE", "8e01b590-7eb9-431b-a239-860e086c408e")
	errInvalidRegexp          = clientError("Invalid Regular Expression.", "INVALID_REGEXP", "0d786918-10df-41cd-8f33-8dec7d9a89a5")
	errTooManyMutedWords      = clientError("Too many muted words.", "TOO_MANY_MUTED_WORDS", "010665b1-a211-42d2-bc64-8f6609d79785")
	errAliasNoSuchUser        = clientError("No such user.", "NO_SUCH_USER", "fcd2eef9-a9b2-4c4f-8624-038099e90aa5")
	errAliasWithoutURI        = clientError("User ActivityPup URI is null.", "URI_NULL", "bf326f31-d430-4f97-9933-5d61e4d48a23")
	errForbiddenToSetYourself = clientError("You can't set yourself as your own alias.", "FORBIDDEN_TO_SET_YOURSELF", "25c90186-4ab0-49c8-9bba-a1fa6c202ba4")
)

// iUpdateParams has every member optional: what is absent stays as it is.
type iUpdateParams struct {
	Name            maybe[string] `json:"name"`
	Description     maybe[string] `json:"description"`
	FollowedMessage maybe[string] `json:"followedMessage"`
	Location        maybe[string] `json:"location"`
	Birthday        maybe[string] `json:"birthday"`
	Lang            maybe[string] `json:"lang"`
	AvatarID        maybe[string] `json:"avatarId"`
	BannerID        maybe[string] `json:"bannerId"`
	PinnedPageID    maybe[string] `json:"pinnedPageId"`

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
func iUpdate() endpoint {
	return define(meta{
		name: "i/update", credential: true, permission: "write:account",
		limit:  &limit{duration: time.Hour, max: 20},
		params: iUpdateSchema(),
		errors: []*Error{errNoSuchAvatar, errNoSuchBanner, errAvatarNotAnImage, errBannerNotAnImage, errNoSuchPage,
			errInvalidRegexp, errTooManyMutedWords, errAliasNoSuchUser, errAliasWithoutURI, errForbiddenToSetYourself},
	}, func(ctx context.Context, c *Call, p iUpdateParams) (protocol.MeDetailed, error) {
		if p.PinnedPageID.Set && !p.PinnedPageID.Null {
			return protocol.MeDetailed{}, errNoSuchPage // there are no pages here
		}
		if err := checkMutedWords(p.MutedWords, p.HardMutedWords); err != nil {
			return protocol.MeDetailed{}, err
		}
		if err := c.checkAliases(ctx, p.AlsoKnownAs); err != nil {
			return protocol.MeDetailed{}, err
		}
		var me protocol.MeDetailed
		unlocked := false
		err := c.Transact(ctx, func(ctx context.Context, w *Work) error {
			u, err := w.UserForUpdate(ctx, c.ViewerID())
			if err != nil {
				return fmt.Errorf("reading the account: %w", err)
			}
			if err := p.setPictures(ctx, w, u); err != nil {
				return err
			}
			wasLocked := u.IsLocked
			p.apply(u)
			unlocked = wasLocked && !u.IsLocked
			u.UpdatedAt = c.Now
			if err := w.UpdateUser(ctx, u); err != nil {
				return fmt.Errorf("updating the account: %w", err)
			}
			// As on Misskey, the event has what the caller may be answered with.
			if me, err = packMe(ctx, w, c.Packer(), u, c.Native()); err != nil {
				return err
			}
			if err := w.EmitMain(ctx, u.ID, store.MainMeUpdated, me); err != nil {
				return err
			}
			if p.MutedInstances != nil {
				change := store.RelationChange{Actor: u.ID, Hosts: u.Settings.MutedInstances}
				if err := w.EmitInternal(ctx, store.InternalMuteInstances, change); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil && unlocked {
			err = c.acceptRequests(ctx)
		}
		return me, err
	})
}

// apply changes what needs no looking up.
func (p *iUpdateParams) apply(u *store.User) {
	s := &u.Settings
	setText(&u.Name, p.Name)
	setText(&s.Description, p.Description)
	setText(&s.FollowedMessage, p.FollowedMessage)
	setText(&s.Location, p.Location)
	setText(&s.Birthday, p.Birthday)
	setText(&s.Lang, p.Lang)
	if p.Fields != nil {
		s.Fields = nil
		for _, f := range p.Fields {
			f.Name, f.Value = strings.TrimSpace(f.Name), strings.TrimSpace(f.Value)
			if f.Name != "" && f.Value != "" {
				s.Fields = append(s.Fields, f)
			}
		}
	}
	for to, from := range map[*bool]*bool{
		&u.IsLocked: p.IsLocked, &u.IsBot: p.IsBot, &u.IsCat: p.IsCat,
		&s.IsExplorable: p.IsExplorable, &s.HideOnlineStatus: p.HideOnlineStatus, &s.PublicReactions: p.PublicReactions,
		&s.CarefulBot: p.CarefulBot, &s.AutoAcceptFollowed: p.AutoAcceptFollowed, &s.NoCrawle: p.NoCrawle,
		&s.PreventAiLearning: p.PreventAiLearning, &s.InjectFeaturedNote: p.InjectFeaturedNote,
		&s.ReceiveAnnouncementEmail: p.ReceiveAnnouncementEmail, &s.AlwaysMarkNsfw: p.AlwaysMarkNsfw, &s.AutoSensitive: p.AutoSensitive,
	} {
		if from != nil {
			*to = *from
		}
	}
	if p.FollowingVisibility != "" {
		s.FollowingVisibility = p.FollowingVisibility
	}
	if p.FollowersVisibility != "" {
		s.FollowersVisibility = p.FollowersVisibility
	}
	setWords(&s.MutedWords, p.MutedWords)
	setWords(&s.HardMutedWords, p.HardMutedWords)
	if p.MutedInstances != nil {
		s.MutedInstances = hostNames(p.MutedInstances)
	}
	if p.NotificationConfig != nil {
		s.NotificationConfig = p.NotificationConfig
	}
	if p.EmailNotificationTypes != nil {
		s.EmailNotificationTypes = p.EmailNotificationTypes
	}
}

// setText changes a text where a new one was given; null, and nothing but
// white space, takes it away.
func setText(to *string, from maybe[string]) {
	if from.Set {
		*to = strings.TrimSpace(from.Value)
	}
}

func setWords(to *json.RawMessage, from []json.RawMessage) {
	if from == nil {
		return
	}
	b, err := protocol.Marshal(from)
	if err == nil { // parts of valid JSON always encode
		*to = b
	}
}

// hostNames are lower-case names, each once, without empty ones.
func hostNames(names []string) []string {
	out := make([]string, 0, len(names))
	for _, n := range names {
		if n = strings.ToLower(strings.TrimSpace(n)); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// setPictures looks the avatar and the banner up.
func (p *iUpdateParams) setPictures(ctx context.Context, w *Work, u *store.User) error {
	if err := setPicture(ctx, w, u.ID, p.AvatarID, &u.AvatarID, &u.AvatarURL, errNoSuchAvatar, errAvatarNotAnImage); err != nil {
		return err
	}
	return setPicture(ctx, w, u.ID, p.BannerID, &u.BannerID, &u.BannerURL, errNoSuchBanner, errBannerNotAnImage)
}

func setPicture(ctx context.Context, r storage.FileReader, owner store.UserID, from maybe[string], fileID, url *string, missing, notImage *Error) error {
	if !from.Set {
		return nil
	}
	if from.Null {
		*fileID, *url = "", ""
		return nil
	}
	f, err := r.File(ctx, from.Value)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && f.UserID != owner:
		return missing
	case err != nil:
		return fmt.Errorf("looking up a picture: %w", err)
	case !strings.HasPrefix(f.Type, "image/"):
		return notImage
	}
	*fileID, *url = f.ID, f.Key
	return nil
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
func (c *Call) checkAliases(ctx context.Context, names []string) error {
	for _, name := range names {
		username, host, _ := strings.Cut(strings.TrimPrefix(name, "@"), "@")
		if host == c.Config().host() {
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
