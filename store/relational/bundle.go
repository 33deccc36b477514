package relational

import (
	"context"
	"slices"
	"strings"

	"notewire/store"
)

// NoteBundles are notes with everything that packing them needs, for one
// viewer (empty: none), in the order of the ids, each once; missing ones are
// left out. Nothing is hidden: that is for store/visibility. A few queries
// serve all notes together. Users, files and channels that several bundles
// show are shared between them, so they must not be changed.
func (q Queries) NoteBundles(ctx context.Context, viewer store.UserID, ids []store.NoteID) ([]*store.NoteBundle, error) {
	l := bundleLoader{q: q, notes: map[store.NoteID]*store.Note{}}
	if err := l.loadNotes(ctx, ids); err != nil {
		return nil, err
	}
	if len(l.notes) == 0 {
		return nil, nil
	}
	if err := l.loadAround(ctx, viewer); err != nil {
		return nil, err
	}
	var out []*store.NoteBundle
	seen := map[store.NoteID]bool{}
	for _, id := range ids {
		if n := l.notes[id]; n != nil && !seen[id] {
			seen[id] = true
			if b := l.bundle(n, 0); b != nil {
				out = append(out, b)
			}
		}
	}
	return out, nil
}

// NoteBundle is NoteBundles for one note.
func (q Queries) NoteBundle(ctx context.Context, viewer store.UserID, id store.NoteID) (*store.NoteBundle, error) {
	b, err := q.NoteBundles(ctx, viewer, []store.NoteID{id})
	if err == nil && len(b) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return b[0], nil
}

// embedDepth is how far down renotes are embedded: a note, its renote, and one
// further renote.
const embedDepth = 2

// bundleLoader gathers what the bundles of one call need.
type bundleLoader struct {
	q         Queries
	notes     map[store.NoteID]*store.Note
	users     map[store.UserID]*store.User
	files     map[string]*store.File
	channels  map[string]*store.CommunityChannel
	emojis    map[string]string // name@host → URL
	reactions map[store.NoteID]string
	votes     map[store.NoteID][]int
}

// loadNotes loads the notes and, level by level, those embedded in them. Only
// renotes embed notes of their own, but a note can be one note's reply and
// another one's renote: what replies answer is loaded too, and not used.
func (l *bundleLoader) loadNotes(ctx context.Context, ids []store.NoteID) error {
	for depth := 0; depth <= embedDepth && len(ids) > 0; depth++ {
		notes, err := l.q.Notes(ctx, slices.DeleteFunc(distinct(ids), func(id store.NoteID) bool { return l.notes[id] != nil }))
		if err != nil {
			return err
		}
		for _, n := range notes {
			l.notes[n.ID] = n
		}
		var next []store.NoteID
		for _, id := range distinct(ids) {
			if n := l.notes[id]; n != nil {
				next = append(next, n.ReplyID, n.RenoteID)
			}
		}
		ids = next
	}
	return nil
}

// loadAround loads what stands around the notes.
func (l *bundleLoader) loadAround(ctx context.Context, viewer store.UserID) error {
	var (
		users           []store.UserID
		files, channels []string
		reacted, polls  []store.NoteID
		emojiNames      []string
	)
	for _, n := range l.notes {
		users = append(users, n.UserID)
		files = append(files, n.FileIDs...)
		channels = append(channels, n.ChannelID)
		if len(n.Reactions) > 0 {
			reacted = append(reacted, n.ID)
		}
		if n.Poll != nil {
			polls = append(polls, n.ID)
		}
		for r := range n.Reactions {
			if name, _, remote := remoteEmoji(r); remote {
				emojiNames = append(emojiNames, name)
			}
		}
	}
	authors, err := l.q.Users(ctx, distinct(users))
	if err != nil {
		return err
	}
	l.users = keyed(authors, func(u *store.User) store.UserID { return u.ID })
	attached, err := l.q.Files(ctx, distinct(files))
	if err != nil {
		return err
	}
	l.files = keyed(attached, func(f *store.File) string { return f.ID })
	around, err := l.q.CommunityChannels(ctx, distinct(channels))
	if err != nil {
		return err
	}
	l.channels = keyed(around, func(c *store.CommunityChannel) string { return c.ID })
	if l.emojis, err = l.q.remoteEmojiURLs(ctx, distinct(emojiNames)); err != nil {
		return err
	}
	if l.reactions, err = l.q.MyReactions(ctx, viewer, reacted); err != nil {
		return err
	}
	l.votes, err = l.q.MyVotes(ctx, viewer, polls)
	return err
}

// bundle puts a note together: at depth 0 with its reply and renote, as a
// renote with its own reply and, at depth 1, one further renote.
func (l *bundleLoader) bundle(n *store.Note, depth int) *store.NoteBundle {
	b := l.withoutEmbedded(n)
	if b == nil {
		return nil
	}
	if depth < embedDepth {
		if r := l.notes[n.ReplyID]; r != nil {
			b.Reply = l.withoutEmbedded(r)
		}
		if r := l.notes[n.RenoteID]; r != nil {
			b.Renote = l.bundle(r, depth+1)
		}
	}
	return b
}

// withoutEmbedded is a note's bundle without embedded notes; nil if its author was
// deleted between two queries.
func (l *bundleLoader) withoutEmbedded(n *store.Note) *store.NoteBundle {
	u := l.users[n.UserID]
	if u == nil {
		return nil
	}
	b := &store.NoteBundle{Note: n, User: u, Channel: l.channels[n.ChannelID], MyReaction: l.reactions[n.ID], MyVotes: l.votes[n.ID]}
	for _, id := range n.FileIDs {
		if f := l.files[id]; f != nil {
			b.Files = append(b.Files, f)
		}
	}
	for r := range n.Reactions {
		if name, host, remote := remoteEmoji(r); remote {
			key := name + "@" + host
			if url, ok := l.emojis[key]; ok {
				if b.ReactionEmojis == nil {
					b.ReactionEmojis = map[string]string{}
				}
				b.ReactionEmojis[key] = url
			}
		}
	}
	return b
}

// remoteEmoji splits a reaction ":name@host:" with a custom emoji of another
// server.
func remoteEmoji(reaction string) (name, host string, remote bool) {
	inner, ok := strings.CutPrefix(reaction, ":")
	if !ok {
		return "", "", false
	}
	if inner, ok = strings.CutSuffix(inner, ":"); !ok {
		return "", "", false
	}
	name, host, ok = strings.Cut(inner, "@")
	return name, host, ok && host != "." && host != ""
}

// keyed makes a map of a list.
func keyed[K comparable, V any](found []V, key func(V) K) map[K]V {
	m := make(map[K]V, len(found))
	for _, v := range found {
		m[key(v)] = v
	}
	return m
}
