package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"notewire/store"
	"notewire/store/relational"
)

// testRandomTimelines asks for random pages of all timelines of a random world, and for
// the same of its notes in memory.
func testRandomTimelines(w *world) {
	seed := rand.Uint64()
	w.Cleanup(func() {
		if w.Failed() {
			w.Logf("seed %d", seed)
		}
	})
	r := rand.New(rand.NewPCG(seed, 1))
	people := make([]*store.User, 12)
	for i := range people {
		host := ""
		if i%4 == 3 {
			host = "far.example"
		}
		people[i] = w.user(fmt.Sprint("p", i), func(u *store.User) { u.Host = host })
	}
	suspended := people[5]
	channels := []*store.CommunityChannel{w.channel(people[0]), w.channel(people[1])}
	viewer := people[0]
	followed, listed := map[store.UserID]bool{}, map[store.UserID]bool{}
	list := &store.UserList{UserID: viewer.ID, Name: "l"}
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		list.ID, list.CreatedAt = w.next()
		if err := tx.CreateList(ctx, list); err != nil {
			return err
		}
		id, at := w.next()
		return tx.FollowChannel(ctx, &store.ChannelFollow{ID: id, CreatedAt: at, UserID: viewer.ID, ChannelID: channels[0].ID})
	})
	for i, u := range people {
		if i > 0 && (u == suspended || r.IntN(2) == 0) {
			w.follow(viewer, u, false)
			followed[u.ID] = true
		}
		if u == suspended || r.IntN(2) == 0 {
			w.write(func(ctx context.Context, tx *relational.Tx) error {
				id, at := w.next()
				_, err := tx.CreateListMember(ctx, &store.ListMember{ID: id, CreatedAt: at, ListID: list.ID, UserID: u.ID}, 100)
				return err
			})
			listed[u.ID] = true
		}
	}
	var notes []*store.Note
	for range 300 {
		// Some are busy and some are silent.
		by := people[min(r.IntN(len(people)), r.IntN(len(people)))]
		notes = append(notes, w.note(by, func(n *store.Note) {
			n.UserHost = by.Host
			n.Visibility = []store.Visibility{store.Public, store.Public, store.Home, store.Followers}[r.IntN(4)]
			if r.IntN(6) == 0 {
				n.ChannelID = channels[r.IntN(len(channels))].ID
			}
			if r.IntN(5) == 0 {
				n.FileIDs = []string{"f"}
			}
			if r.IntN(6) == 0 {
				n.Mentions = []store.UserID{viewer.ID}
			}
			if r.IntN(6) == 0 {
				n.Tags = []string{"tag"}
			}
		}))
	}
	suspended.IsSuspended = true
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.UpdateUser(ctx, suspended) })

	home := func(n *store.Note) bool {
		if n.ChannelID != "" {
			return n.ChannelID == channels[0].ID
		}
		return n.UserID == viewer.ID || followed[n.UserID]
	}
	local := func(n *store.Note) bool { return n.Visibility == store.Public && n.ChannelID == "" && n.UserHost == "" }
	timelines := []struct {
		name string
		read func(p store.NotePage) ([]store.NoteID, error)
		has  func(n *store.Note) bool
	}{
		{"home", func(p store.NotePage) ([]store.NoteID, error) { return w.db.HomeIDs(w.Context(), viewer.ID, p) }, home},
		{"local", func(p store.NotePage) ([]store.NoteID, error) { return w.db.LocalIDs(w.Context(), p) }, local},
		{"hybrid", func(p store.NotePage) ([]store.NoteID, error) { return w.db.HybridIDs(w.Context(), viewer.ID, p) },
			func(n *store.Note) bool { return home(n) || local(n) }},
		{"global", func(p store.NotePage) ([]store.NoteID, error) { return w.db.GlobalIDs(w.Context(), p) },
			func(n *store.Note) bool { return n.Visibility == store.Public && n.ChannelID == "" }},
		{"list", func(p store.NotePage) ([]store.NoteID, error) { return w.db.ListNoteIDs(w.Context(), list.ID, p) },
			func(n *store.Note) bool { return n.ChannelID == "" && listed[n.UserID] }},
		{"channel", func(p store.NotePage) ([]store.NoteID, error) {
			return w.db.ChannelNoteIDs(w.Context(), channels[1].ID, p)
		}, func(n *store.Note) bool { return n.ChannelID == channels[1].ID }},
		{"tag", func(p store.NotePage) ([]store.NoteID, error) { return w.db.TagNoteIDs(w.Context(), "tag", p) },
			func(n *store.Note) bool { return len(n.Tags) > 0 }},
	}
	for range 60 {
		t := timelines[r.IntN(len(timelines))]
		p := store.NotePage{Page: store.Page{Limit: 1 + r.IntN(40)}, WithFiles: r.IntN(4) == 0}
		if r.IntN(2) == 0 {
			p.UntilID = string(notes[r.IntN(len(notes))].ID)
		}
		if r.IntN(3) == 0 {
			p.SinceID = string(notes[r.IntN(len(notes))].ID)
		}
		var want []store.NoteID
		for _, n := range notes {
			if n.UserID == suspended.ID || !t.has(n) || p.WithFiles && len(n.FileIDs) == 0 ||
				p.SinceID != "" && string(n.ID) <= p.SinceID || p.UntilID != "" && string(n.ID) >= p.UntilID {
				continue
			}
			want = append(want, n.ID)
		}
		slices.Sort(want)
		if !p.Ascending() {
			slices.Reverse(want)
		}
		sameIDs(w, fmt.Sprintf("%s %+v", t.name, p), ok(t.read(p))(w), want[:min(len(want), p.Limit)]...)
	}
}
