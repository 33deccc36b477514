package chaostest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"notewire/store"
)

// attempt is one note that a writer tried to post, after the one before.
type attempt struct {
	text   string       // what it is found by in the truth; empty: a pure renote
	note   store.NoteID // as answered; empty: no answer
	acked  bool
	parent store.NoteID
}

// recent are notes that are known to exist, for replies, renotes and reactions.
type recent struct {
	mu    sync.Mutex
	notes [64]known
	count int
}

type known struct {
	id         store.NoteID
	author     store.UserID
	visibility store.Visibility
	renote     bool
}

func (r *recent) add(k known) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes[r.count%len(r.notes)] = k
	r.count++
}

func (r *recent) draw(rng *rand.Rand) (known, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(r.count, len(r.notes))
	if n == 0 {
		return known{}, false
	}
	return r.notes[rng.IntN(n)], true
}

// writer posts one thing after the other.
type writer struct {
	number  int
	who     account
	fleet   fleet
	caller  *caller
	rand    *rand.Rand
	recent  *recent
	mention []account // whom it may mention or address

	attempts  []attempt
	answered  int
	refused   int
	unknown   int
	reactions int
}

// run writes until ctx ends, about once in each pause. The call that is under
// way then is waited for.
func (w *writer) run(ctx context.Context, pause time.Duration) {
	for ctx.Err() == nil {
		w.step(context.WithoutCancel(ctx))
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(float64(pause) * (0.5 + w.rand.Float64()))):
		}
	}
}

func (w *writer) step(ctx context.Context) {
	url, err := w.fleet.pick(w.rand)
	if err != nil {
		return
	}
	if w.rand.IntN(100) < 12 {
		if k, ok := w.recent.draw(w.rand); ok {
			w.count(w.caller.call(ctx, url, "notes/reactions/create", w.who.token, map[string]any{"noteId": k.id, "reaction": "👍"}, nil))
			w.reactions++
		}
		return
	}
	a := attempt{text: fmt.Sprintf("w%d n%d", w.number, len(w.attempts))}
	visibility := store.Public
	params := map[string]any{}
	switch kind := w.rand.IntN(100); {
	case kind < 12:
		visibility = store.Home
	case kind < 24:
		visibility = store.Followers
	case kind < 30:
		visibility = store.Specified
		params["visibleUserIds"] = []store.UserID{w.anyone().id, w.anyone().id}
		if w.rand.IntN(2) == 0 {
			params["visibleUserIds"] = []store.UserID{w.anyone().id}
		}
	case kind < 52:
		if k, ok := w.recent.draw(w.rand); ok && !k.renote {
			params["replyId"], a.parent = k.id, k.id
			visibility = k.visibility
		}
	case kind < 62:
		if k, ok := w.recent.draw(w.rand); ok && !k.renote {
			params["renoteId"], a.parent = k.id, k.id
			if w.rand.IntN(2) == 0 {
				a.text = ""
			}
		}
	}
	if a.text != "" {
		text := a.text
		if w.rand.IntN(6) == 0 {
			text += " @" + w.anyone().name
		}
		params["text"] = text
	}
	params["visibility"] = visibility
	a.note, err = w.caller.post(ctx, url, w.who.token, params)
	a.acked = err == nil
	w.count(err)
	var no *refused
	if errors.As(err, &no) {
		return // there is no such note
	}
	w.attempts = append(w.attempts, a)
	if a.acked {
		w.recent.add(known{a.note, w.who.id, visibility, a.text == ""})
	}
}

func (w *writer) anyone() account { return w.mention[w.rand.IntN(len(w.mention))] }

func (w *writer) count(err error) {
	var no *refused
	switch {
	case err == nil:
		w.answered++
	case errors.As(err, &no):
		w.refused++
	default:
		w.unknown++
	}
}
