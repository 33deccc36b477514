package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"notewire/api/storage"
	"notewire/api/text"
	"notewire/protocol"
	"notewire/store"
	"slices"
	"strings"
)

// ProfileChange is what changes of an account's profile and settings. What is
// nil, or empty where it cannot be taken away, stays as it is.
type ProfileChange struct {
	// Texts, without the white space around them; empty: taken away.
	Name, Description, FollowedMessage, Location, Birthday, Lang *string
	// Images of the account's drive; empty: taken away.
	AvatarID, BannerID *string
	// Fields replace all fields. Those without a name or a value are left out.
	Fields []store.ProfileField

	IsLocked, IsBot, IsCat *bool

	IsExplorable, HideOnlineStatus, PublicReactions, CarefulBot, AutoAcceptFollowed, NoCrawle, PreventAiLearning *bool
	InjectFeaturedNote, ReceiveAnnouncementEmail, AlwaysMarkNsfw, AutoSensitive                                  *bool

	FollowingVisibility, FollowersVisibility string // as store.UserSettings has them

	MutedWords, HardMutedWords []json.RawMessage // strings, or arrays of strings that all have to be there
	MutedInstances             []string          // host names
	NotificationConfig         json.RawMessage   // as store.UserSettings has it
	EmailNotificationTypes     []string
}

// UpdateProfile changes the profile and the settings of the actor, and answers
// the account as they see it. Whoever unlocks their account lets in who waits. It
// fails with ErrNoSuchAvatar, ErrAvatarNotAnImage, ErrNoSuchBanner or
// ErrBannerNotAnImage.
func (a *Actor) UpdateProfile(ctx context.Context, p ProfileChange) (protocol.MeDetailed, error) {
	var me protocol.MeDetailed
	unlocked := false
	err := a.transact(ctx, func(ctx context.Context, w *work) error {
		u, err := w.UserForUpdate(ctx, a.ViewerID())
		if err != nil {
			return fmt.Errorf("reading the account: %w", err)
		}
		if err := p.setPictures(ctx, w, u); err != nil {
			return err
		}
		wasLocked := u.IsLocked
		p.apply(u)
		unlocked = wasLocked && !u.IsLocked
		u.UpdatedAt = a.Now
		if err := w.UpdateUser(ctx, u); err != nil {
			return fmt.Errorf("updating the account: %w", err)
		}
		// As on Misskey, the event has what the caller may be answered with.
		if me, err = packMe(ctx, w, a.Packer(), u, a.Native()); err != nil {
			return err
		}
		if err := w.emitMain(ctx, u.ID, store.MainMeUpdated, me); err != nil {
			return err
		}
		if p.MutedInstances != nil {
			change := store.RelationChange{Actor: u.ID, Hosts: u.Settings.MutedInstances}
			if err := w.emitInternal(ctx, store.InternalMuteInstances, change); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && unlocked {
		err = a.acceptRequests(ctx)
	}
	return me, err
}

// apply changes what needs no looking up.
func (p *ProfileChange) apply(u *store.User) {
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
			f.Name, f.Value = text.Trim(f.Name), text.Trim(f.Value)
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

// setText changes a text where a new one was given, without the white space
// around it; nothing but white space takes the text away.
func setText(to *string, from *string) {
	if from != nil {
		*to = text.Trim(*from)
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
		if n = strings.ToLower(text.Trim(n)); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// setPictures looks the avatar and the banner up.
func (p *ProfileChange) setPictures(ctx context.Context, w *work, u *store.User) error {
	if err := setPicture(ctx, w, u.ID, p.AvatarID, &u.AvatarID, &u.AvatarURL, ErrNoSuchAvatar, ErrAvatarNotAnImage); err != nil {
		return err
	}
	return setPicture(ctx, w, u.ID, p.BannerID, &u.BannerID, &u.BannerURL, ErrNoSuchBanner, ErrBannerNotAnImage)
}

func setPicture(ctx context.Context, r storage.FileReader, owner store.UserID, from *string, fileID, url *string, missing, notImage error) error {
	if from == nil {
		return nil
	}
	if *from == "" {
		*fileID, *url = "", ""
		return nil
	}
	f, err := r.File(ctx, *from)
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
