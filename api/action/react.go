package action

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
func (a *Actor) storedReaction(ctx context.Context, n *store.Note, by *store.User, wanted string) (kept, url string, err error) {
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
	emoji, err := a.Store().EmojiByName(ctx, name, by.Host)
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

// SeenNote finds a note that the actor wants to do something with. To whom may
// not see it, it does not exist: ErrNoSuchNote.
func (a *Actor) SeenNote(ctx context.Context, id store.NoteID) (*store.Note, error) {
	n, err := a.Store().Note(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNoSuchNote
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a note: %w", err)
	}
	v, err := a.Visibility(ctx, n.UserID)
	if err != nil {
		return nil, err
	}
	if audience := n.Audience(); !visibility.MaySee(v, &audience) {
		return nil, ErrNoSuchNote
	}
	return n, nil
}

// blockedBy says whether the caller is blocked by a user.
func (a *Actor) blockedBy(ctx context.Context, user store.UserID) (bool, error) {
	v, err := a.Visibility(ctx, user)
	if err != nil {
		return false, err
	}
	return v != nil && v.BlockedBy(user), nil
}

// React gives a note the actor's reaction, in place of another one that they gave
// before. wanted is an emoji or :name: of a custom one; what cannot be kept
// becomes reaction.Fallback. It fails with ErrNoSuchNote, ErrBlocked,
// ErrReactToRenote or ErrAlreadyReacted.
func (a *Actor) React(ctx context.Context, id store.NoteID, wanted string) error {
	n, err := a.SeenNote(ctx, id)
	if err != nil {
		return err
	}
	blocked, err := a.blockedBy(ctx, n.UserID)
	switch {
	case err != nil:
		return err
	case blocked:
		return ErrBlocked
	case n.IsPureRenote():
		return ErrReactToRenote
	}
	return a.react(ctx, n, wanted)
}

// TakeReactionBack removes the actor's reaction. Whoever reacted may do that,
// even if they may not see the note any more. It fails with ErrNoSuchNote or
// ErrNotReacted.
func (a *Actor) TakeReactionBack(ctx context.Context, id store.NoteID) error {
	n, err := a.Store().Note(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return ErrNoSuchNote
	}
	if err != nil {
		return fmt.Errorf("looking up a note: %w", err)
	}
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		err := a.unreact(ctx, w, n)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNotReacted
		}
		return err
	})
}

// react gives a note the actor's reaction, in place of another one that they
// gave before.
func (a *Actor) react(ctx context.Context, n *store.Note, wanted string) error {
	me := a.Viewer()
	kept, url, err := a.storedReaction(ctx, n, me, wanted)
	if err != nil {
		return err
	}
	// As the author gets it in the notification; the counts are brought up to
	// date in the transaction.
	bundle, err := a.bundle(ctx, n.ID, n.UserID)
	if err != nil {
		return err
	}
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		given := &store.Reaction{ID: a.newID(), NoteID: n.ID, UserID: me.ID, Reaction: kept, CreatedAt: a.Now}
		before, err := w.Reaction(ctx, n.ID, me.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return fmt.Errorf("looking up a reaction: %w", err)
		case before.Reaction == kept:
			return ErrAlreadyReacted
		default:
			if err := a.unreact(ctx, w, n); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		err = w.CreateReaction(ctx, given)
		switch {
		case errors.Is(err, store.ErrConflict): // another call of theirs was faster
			return ErrAlreadyReacted
		case errors.Is(err, store.ErrNotFound):
			return ErrNoSuchNote
		case err != nil:
			return fmt.Errorf("writing a reaction: %w", err)
		}
		body := a.Packer().PackReacted(kept, me.ID, url)
		if err := w.emitNoteChange(ctx, n, store.NoteReacted, me.ID, body); err != nil {
			return err
		}
		now, err := w.Note(ctx, n.ID)
		if err != nil {
			return fmt.Errorf("reading the counts of reactions: %w", err)
		}
		current := *bundle
		current.Note = now
		return w.notify(ctx, store.Notification{
			UserID: n.UserID, Type: store.NotifyReaction, NotifierID: me.ID, Reaction: kept,
		}, &current)
	})
}

// unreact takes the caller's reaction back. store.ErrNotFound: there is none.
func (a *Actor) unreact(ctx context.Context, w *work, n *store.Note) error {
	gone, err := w.DeleteReaction(ctx, n.ID, a.ViewerID())
	if err != nil {
		return fmt.Errorf("taking a reaction back: %w", err)
	}
	return w.emitNoteChange(ctx, n, store.NoteUnreacted, a.ViewerID(), protocol.Unreacted{Reaction: gone.Reaction, UserID: a.ViewerID()})
}
