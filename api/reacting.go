package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/reaction"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// storedReaction is how a user's reaction to a note is kept, and the address
// of its custom emoji if it is one.
func (c *Call) storedReaction(ctx context.Context, n *store.Note, by *store.User, wanted string) (kept, url string, err error) {
	var forRemote, nonSensitive bool
	switch n.ReactionAcceptance {
	case "likeOnly":
		return reaction.Fallback, "", nil
	case "likeOnlyForRemote":
		forRemote = true
	case "nonSensitiveOnlyForLocalLikeOnlyForRemote":
		forRemote, nonSensitive = true, true
	case "nonSensitiveOnly":
		nonSensitive = true
	}
	if forRemote && !by.Local() {
		return reaction.Fallback, "", nil
	}
	name, custom := reaction.CustomEmoji(wanted)
	if !custom {
		return reaction.Normalize(wanted), "", nil
	}
	emoji, err := c.Store().EmojiByName(ctx, name, by.Host)
	if errors.Is(err, store.ErrNotFound) {
		return reaction.Fallback, "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("looking up a custom emoji: %w", err)
	}
	if nonSensitive && emoji.IsSensitive {
		return reaction.Fallback, "", nil
	}
	host := by.Host
	if host == "" {
		host = "."
	}
	return ":" + emoji.Name + "@" + host + ":", emoji.URL, nil
}

// seenNote finds a note that the caller wants to do something with. To whom may
// not see it, it does not exist.
func (c *Call) seenNote(ctx context.Context, id store.NoteID, none *Error) (*store.Note, error) {
	n, err := c.Store().Note(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, none
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a note: %w", err)
	}
	v, err := c.Visibility(ctx, n.UserID)
	if err != nil {
		return nil, err
	}
	if a := n.Audience(); !visibility.MaySee(v, &a) {
		return nil, none
	}
	return n, nil
}

// blockedBy says whether the caller is blocked by a user.
func (c *Call) blockedBy(ctx context.Context, user store.UserID) (bool, error) {
	v, err := c.Visibility(ctx, user)
	if err != nil {
		return false, err
	}
	return v != nil && v.BlockedBy(user), nil
}

// react gives a note the caller's reaction, in place of another one that they
// gave before.
func (c *Call) react(ctx context.Context, n *store.Note, wanted string) error {
	me := c.Viewer()
	kept, url, err := c.storedReaction(ctx, n, me, wanted)
	if err != nil {
		return err
	}
	// As the author gets it in the notification; the counts are brought up to
	// date in the transaction.
	bundle, err := c.bundle(ctx, n.ID, n.UserID)
	if err != nil {
		return err
	}
	return c.Transact(ctx, func(ctx context.Context, w *Work) error {
		given := &store.Reaction{ID: c.NewID(), NoteID: n.ID, UserID: me.ID, Reaction: kept, CreatedAt: c.Now}
		before, err := w.Reaction(ctx, n.ID, me.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return fmt.Errorf("looking up a reaction: %w", err)
		case before.Reaction == kept:
			return errAlreadyReacted
		default:
			if err := c.unreact(ctx, w, n); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		err = w.CreateReaction(ctx, given)
		switch {
		case errors.Is(err, store.ErrConflict): // another call of theirs was faster
			return errAlreadyReacted
		case errors.Is(err, store.ErrNotFound):
			return errNoSuchReactionNote
		case err != nil:
			return fmt.Errorf("writing a reaction: %w", err)
		}
		body := c.Packer().PackReacted(kept, me.ID, url)
		if err := w.EmitNoteChange(ctx, n, store.NoteReacted, me.ID, body); err != nil {
			return err
		}
		now, err := w.Note(ctx, n.ID)
		if err != nil {
			return fmt.Errorf("reading the counts of reactions: %w", err)
		}
		current := *bundle
		current.Note = now
		return w.Notify(ctx, store.Notification{
			UserID: n.UserID, Type: store.NotifyReaction, NotifierID: me.ID, Reaction: kept,
		}, &current)
	})
}

// unreact takes the caller's reaction back. store.ErrNotFound: there is none.
func (c *Call) unreact(ctx context.Context, w *Work, n *store.Note) error {
	gone, err := w.DeleteReaction(ctx, n.ID, c.ViewerID())
	if err != nil {
		return fmt.Errorf("taking a reaction back: %w", err)
	}
	return w.EmitNoteChange(ctx, n, store.NoteUnreacted, c.ViewerID(), protocol.Unreacted{Reaction: gone.Reaction, UserID: c.ViewerID()})
}
