package action

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"notewire/store"
)

// VotersAtOnce is how many voters one transaction tells of a poll's end: it has
// the note, and on SQLite the only writer, for as long as that takes, and has
// to be done well within the time that a request may take.
const VotersAtOnce = 200

// FailedPollPause is for how long a poll is passed over whose end could not be
// told.
const FailedPollPause = time.Minute

// failedPolls remembers whose end could not be told, so that one bad poll does
// not keep others from ending. It is safe for concurrent use; zero is empty.
type failedPolls struct {
	mu    sync.Mutex
	until map[store.NoteID]time.Time
}

// add passes a poll over until then.
func (f *failedPolls) add(id store.NoteID, until time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.until == nil {
		f.until = map[store.NoteID]time.Time{}
	}
	f.until[id] = until
}

// list is what is passed over now; the others are forgotten.
func (f *failedPolls) list(now time.Time) []store.NoteID {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []store.NoteID
	for id, until := range f.until {
		if !until.After(now) {
			delete(f.until, id)
			continue
		}
		ids = append(ids, id)
	}
	return ids
}

// endPolls tells of polls that end, until ctx ends.
func (s *Service) endPolls(ctx context.Context) {
	s.sweep(ctx, "telling of ended polls", s.EndPolls)
}

// EndPolls tells of all polls that have ended: their authors and voters are
// notified, each once, whichever nodes do it. A poll that fails is logged and
// passed over for a while. It answers when the next poll ends; zero: none does.
func (s *Service) EndPolls(ctx context.Context) (next time.Time, err error) {
	for {
		// A look first: there is hardly ever anything to write.
		now := s.config.Now()
		id, next, err := s.config.Store.NextPollEnd(ctx, s.failed.list(now))
		if err != nil {
			return time.Time{}, fmt.Errorf("looking for ended polls: %w", err)
		}
		if next.IsZero() || next.After(now) {
			return next, nil
		}
		if err := s.endPoll(ctx, id); err != nil {
			if ctx.Err() != nil {
				return time.Time{}, err
			}
			s.failed.add(id, now.Add(FailedPollPause))
			s.log.Error("telling of an ended poll failed", "note", string(id), "err", err)
		}
	}
}

// endPoll tells of one poll, some of its voters at a time. It begins with the
// first voter, wherever another node or an earlier try is: who was told is in
// the store.
func (s *Service) endPoll(ctx context.Context, id store.NoteID) error {
	after, more := store.UserID(""), true
	for more {
		var err error
		if after, more, err = s.tellPollEnd(ctx, id, after); err != nil {
			return err
		}
	}
	return nil
}

// tellPollEnd tells the next voters above after, the author before all, and
// answers the last of them. After the last ones, more is false and the poll
// marked as told, in the same transaction.
func (s *Service) tellPollEnd(ctx context.Context, id store.NoteID, after store.UserID) (last store.UserID, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	a := s.Actor(nil, netip.Addr{})
	err = a.transact(ctx, func(ctx context.Context, w *work) error {
		last, more = after, false // the transaction may be run again
		mine, err := w.LockPollEnd(ctx, id)
		if err != nil {
			return fmt.Errorf("locking an ended poll: %w", err)
		}
		if !mine {
			return nil
		}
		// From here on, nobody else tells of this poll until the commit.
		found, err := w.NoteBundles(ctx, "", []store.NoteID{id})
		if err != nil {
			return fmt.Errorf("loading an ended poll: %w", err)
		}
		voters, err := w.VoterIDs(ctx, id, after, VotersAtOnce)
		if err != nil {
			return fmt.Errorf("looking up who voted: %w", err)
		}
		for _, b := range found {
			users := slices.DeleteFunc(slices.Clone(voters), func(u store.UserID) bool { return u == b.Note.UserID })
			if after == "" {
				users = slices.Insert(users, 0, b.Note.UserID)
			}
			if err := w.tellVoters(ctx, b, users); err != nil {
				return err
			}
		}
		if len(voters) == VotersAtOnce {
			last, more = voters[len(voters)-1], true
			return nil
		}
		if err := w.EndPoll(ctx, id); err != nil {
			return fmt.Errorf("marking an ended poll: %w", err)
		}
		return nil
	})
	return last, more, err
}

// tellVoters notifies those users who were not told yet, each with the note as
// they see it: with their own votes.
func (w *work) tellVoters(ctx context.Context, b *store.NoteBundle, users []store.UserID) error {
	told, err := w.Notified(ctx, b.Note.ID, store.NotifyPollEnded, users)
	if err != nil {
		return fmt.Errorf("looking up who was told of an ended poll: %w", err)
	}
	skip := make(map[store.UserID]bool, len(told))
	for _, u := range told {
		skip[u] = true
	}
	notes := noteIDs(b)
	for _, u := range users {
		if skip[u] {
			continue
		}
		votes, err := w.MyVotes(ctx, u, notes)
		if err != nil {
			return fmt.Errorf("looking up votes: %w", err)
		}
		reactions, err := w.MyReactions(ctx, u, notes)
		if err != nil {
			return fmt.Errorf("looking up reactions: %w", err)
		}
		if err := w.notify(ctx, store.Notification{UserID: u, Type: store.NotifyPollEnded}, owned(b, votes, reactions)); err != nil {
			return err
		}
	}
	return nil
}

// noteIDs are those of a note and of all that it embeds; nil for nil.
func noteIDs(b *store.NoteBundle) []store.NoteID {
	if b == nil {
		return nil
	}
	return slices.Concat([]store.NoteID{b.Note.ID}, noteIDs(b.Reply), noteIDs(b.Renote))
}

// owned is a copy of a bundle with what is one viewer's own; nil for nil.
func owned(b *store.NoteBundle, votes map[store.NoteID][]int, reactions map[store.NoteID]string) *store.NoteBundle {
	if b == nil {
		return nil
	}
	c := *b
	c.MyVotes, c.MyReaction = votes[b.Note.ID], reactions[b.Note.ID]
	c.Reply, c.Renote = owned(b.Reply, votes, reactions), owned(b.Renote, votes, reactions)
	return &c
}
