package storetest

import (
	"context"
	"errors"

	"notewire/store"
	"notewire/store/relational"
)

func testBundles(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	c := w.channel(alice)
	f1, f2 := w.file(alice, 1), w.file(alice, 2)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		id, _ := w.next()
		id2, _ := w.next()
		return errors.Join(
			tx.CreateEmoji(ctx, &store.Emoji{ID: id, Name: "blob", Host: "example.com", URL: "https://example.com/blob"}),
			tx.CreateEmoji(ctx, &store.Emoji{ID: id2, Name: "blob", URL: "/local"}))
	})
	n := w.note(alice, func(n *store.Note) {
		n.ChannelID = c.ID
		n.FileIDs = []string{f2.ID, "deleted", f1.ID}
		n.Poll = &store.Poll{Choices: []string{"a", "b", "c"}, Multiple: true}
	})
	plain := w.note(bob)
	w.react(bob, n, ":blob@example.com:")
	w.react(alice, n, ":blob@.:")
	for _, choice := range []int{2, 0} {
		w.write(func(ctx context.Context, tx *relational.Tx) error {
			id, at := w.next()
			return tx.CreateVote(ctx, &store.Vote{ID: id, CreatedAt: at, NoteID: n.ID, UserID: bob.ID, Choice: choice})
		})
	}

	bundles := ok(w.db.NoteBundles(ctx, bob.ID, []store.NoteID{plain.ID, "none", n.ID}))(w)
	if len(bundles) != 2 || bundles[0].Note.ID != plain.ID || bundles[1].Note.ID != n.ID {
		w.Fatalf("%d bundles in the wrong order", len(bundles))
	}
	b := bundles[1]
	same(w, "the author", b.User.ID, alice.ID)
	sameIDs(w, "the files", idsOf(b.Files, func(f *store.File) string { return f.ID }), f2.ID, f1.ID)
	same(w, "the channel", b.Channel.ID, c.ID)
	same(w, "my reaction", b.MyReaction, ":blob@example.com:")
	same(w, "my votes", b.MyVotes, []int{2, 0})
	same(w, "reactions", b.Note.Reactions, map[string]int{":blob@example.com:": 1, ":blob@.:": 1})
	same(w, "remote emojis", b.ReactionEmojis, map[string]string{"blob@example.com": "https://example.com/blob"})
	same(w, "the poll's votes", b.Note.Poll.Votes, []int{1, 0, 1})
	if p := bundles[0]; p.Channel != nil || p.Files != nil || p.MyReaction != "" || p.MyVotes != nil || p.Reply != nil || p.Renote != nil {
		w.Errorf("a plain note has more than itself: %+v", p)
	}

	anonymous := ok(w.db.NoteBundle(ctx, "", n.ID))(w)
	if anonymous.MyReaction != "" || anonymous.MyVotes != nil {
		w.Errorf("an anonymous viewer has reaction %q and votes %v", anonymous.MyReaction, anonymous.MyVotes)
	}
	if _, err := w.db.NoteBundle(ctx, "", "none"); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a missing note: %v, want ErrNotFound", err)
	}
	same(w, "no notes", len(ok(w.db.NoteBundles(ctx, "", nil))(w)), 0)
}

// A note carries its reply (alone), and its renote with that one's reply and
// one further renote; below that there is nothing.
func testBundleLevels(w *world) {
	alice := w.user("alice")
	n := make([]*store.Note, 6)
	n[0] = w.note(alice)
	n[1] = w.note(alice, quoteOf(n[0]))                // would be the third renote
	n[2] = w.note(alice, replyTo(n[0]), quoteOf(n[1])) // the further renote
	n[3] = w.note(alice, replyTo(n[0]))                // the reply of the renote
	n[4] = w.note(alice, replyTo(n[3]), quoteOf(n[2])) // the renote
	n[5] = w.note(alice, replyTo(n[2]), quoteOf(n[4])) // the note
	b := ok(w.db.NoteBundle(w.Context(), alice.ID, n[5].ID))(w)

	bare := func(what string, b *store.NoteBundle, id store.NoteID) {
		w.Helper()
		switch {
		case b == nil:
			w.Errorf("%s is missing", what)
		case b.Note.ID != id:
			w.Errorf("%s is %s, want %s", what, b.Note.ID, id)
		case b.User == nil:
			w.Errorf("%s has no author", what)
		case b.Reply != nil || b.Renote != nil:
			w.Errorf("%s embeds notes of its own", what)
		}
	}
	bare("the reply", b.Reply, n[2].ID)
	if b.Renote == nil || b.Renote.Note.ID != n[4].ID {
		w.Fatalf("the renote: %+v, want %s", b.Renote, n[4].ID)
	}
	bare("the renote's reply", b.Renote.Reply, n[3].ID)
	bare("the renote's renote", b.Renote.Renote, n[2].ID)

	// What was deleted is not embedded.
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteNotes(ctx, n[4].ID)
		return err
	})
	b = ok(w.db.NoteBundle(w.Context(), alice.ID, n[5].ID))(w)
	if b.Renote != nil || b.Note.RenoteID != n[4].ID {
		w.Errorf("a deleted renote: embedded %v, id %q", b.Renote != nil, b.Note.RenoteID)
	}
}
