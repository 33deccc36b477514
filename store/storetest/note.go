package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"notewire/store"
	"notewire/store/relational"
)

func testNoteRoundTrip(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob", onHost("example.com"))
	c := w.channel(alice)
	first, second := w.note(alice), w.note(alice)
	text, cw := "text with ' and $1 and 木", ""
	n := w.note(bob, func(n *store.Note) {
		n.Text, n.CW, n.Visibility, n.LocalOnly, n.ReactionAcceptance = &text, &cw, store.Specified, true, "likeOnly"
		n.ChannelID = c.ID
		n.ReplyID, n.ReplyUserID, n.ThreadID = first.ID, alice.ID, first.ID
		n.RenoteID, n.RenoteUserID = second.ID, alice.ID
		n.Mentions, n.VisibleUserIDs = []store.UserID{alice.ID}, []store.UserID{bob.ID, alice.ID}
		n.FileIDs, n.Tags, n.Emojis = []string{"f2", "f1"}, []string{"go", "木"}, []string{"blob"}
		n.URI, n.URL = "https://example.com/1", "https://example.com/@bob/1"
		n.Poll = &store.Poll{Choices: []string{"a", "b", "c"}, Multiple: true, ExpiresAt: n.CreatedAt.Add(time.Hour)}
	})
	n.Poll.Votes = []int{0, 0, 0}
	same(w, "a note with everything", *w.reloadNote(n), *n)

	bare := w.note(alice, renoteOf(first))
	same(w, "a pure renote", *w.reloadNote(bare), *bare)
	same(w, "is one", w.reloadNote(bare).IsPureRenote(), true)

	notes := ok(w.db.Notes(ctx, []store.NoteID{bare.ID, "none", n.ID, bare.ID}))(w)
	sameIDs(w, "by ids", idsOf(notes, func(n *store.Note) store.NoteID { return n.ID }), bare.ID, n.ID)
	if _, err := w.db.Note(ctx, "none"); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a missing note: %v, want ErrNotFound", err)
	}
	w.wantErr(store.ErrIDTaken, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateNote(ctx, w.newNote(alice, func(n *store.Note) { n.ID = bare.ID }))
	})
}

func testNoteCounts(w *world) {
	alice, bob := w.user("alice"), w.user("bob")
	c := w.channel(alice)
	inChannel := func(n *store.Note) { n.ChannelID = c.ID }
	root := w.note(alice, inChannel)
	w.note(bob, replyTo(root), inChannel)
	w.note(bob, replyTo(root), inChannel)
	w.note(bob, renoteOf(root))
	w.note(bob, quoteOf(root))
	w.note(alice, renoteOf(root)) // one's own does not count
	last := w.note(bob, replyTo(root), quoteOf(root))

	got := w.reloadNote(root)
	same(w, "replies and renotes", []int{got.RepliesCount, got.RenoteCount}, []int{3, 3})
	same(w, "alice's notes", w.reload(alice).NotesCount, 2)
	same(w, "bob's notes", w.reload(bob).NotesCount, 5)
	ch := ok(w.db.CommunityChannel(w.Context(), c.ID))(w)
	same(w, "the channel's notes and users", []int{ch.NotesCount, ch.UsersCount}, []int{3, 2})
	if !ch.LastNotedAt.Before(last.CreatedAt) || !ch.LastNotedAt.After(root.CreatedAt) {
		w.Errorf("last noted at %v, want the instant of the last note in the channel", ch.LastNotedAt)
	}

	// What answers a note that is gone is refused and counted nowhere.
	for _, answer := range []func(*store.Note){replyTo(&store.Note{ID: "gone"}), renoteOf(&store.Note{ID: "gone"})} {
		w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
			return tx.CreateNote(ctx, w.newNote(alice, answer))
		})
	}
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateNote(ctx, w.newNote(alice, func(n *store.Note) { n.ChannelID = "none" }))
	})
	same(w, "alice's notes", w.reload(alice).NotesCount, 2)
}

func testNoteDeletion(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	c := w.channel(alice)
	parent := w.note(alice)
	n := w.note(bob, replyTo(parent), quoteOf(parent), func(n *store.Note) {
		n.ChannelID, n.Mentions, n.Tags = c.ID, []store.UserID{alice.ID}, []string{"go"}
		n.Poll = &store.Poll{Choices: []string{"a", "b"}}
	})
	reply := w.note(alice, replyTo(n))
	quote := w.note(alice, quoteOf(n))
	withFile := w.note(alice, renoteOf(n), func(n *store.Note) { n.FileIDs = []string{"f"} })
	withPoll := w.note(alice, renoteOf(n), func(n *store.Note) { n.Poll = &store.Poll{Choices: []string{"a", "b"}} })
	pure := w.note(alice, renoteOf(n))
	w.react(bob, n, "👍")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		id, at := w.next()
		return errors.Join(
			tx.CreateVote(ctx, &store.Vote{ID: id, CreatedAt: at, NoteID: n.ID, UserID: alice.ID, Choice: 1}),
			tx.CreateNotification(ctx, &store.Notification{ID: id, CreatedAt: at, UserID: alice.ID, Type: store.NotifyMention, NoteID: n.ID}))
	})
	sameIDs(w, "alice's pure renotes", ok(w.db.PureRenoteIDs(ctx, n.ID, alice.ID))(w), pure.ID)
	sameIDs(w, "bob's pure renotes", ok(w.db.PureRenoteIDs(ctx, n.ID, bob.ID))(w))

	noteID := func(n *store.Note) store.NoteID { return n.ID }
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		gone, err := tx.DeleteNotes(ctx, n.ID)
		sameIDs(w, "deleted", idsOf(gone, noteID), n.ID, pure.ID)
		return err
	})
	left := ok(w.db.Notes(ctx, []store.NoteID{n.ID, pure.ID, reply.ID, quote.ID, withFile.ID, withPoll.ID}))(w)
	sameIDs(w, "left", idsOf(left, noteID), reply.ID, quote.ID, withFile.ID, withPoll.ID)
	same(w, "what the reply answers", w.reloadNote(reply).ReplyID, n.ID)
	got := w.reloadNote(parent)
	same(w, "the parent's replies and renotes", []int{got.RepliesCount, got.RenoteCount}, []int{0, 0})
	same(w, "bob's notes", w.reload(bob).NotesCount, 0)
	same(w, "alice's notes", w.reload(alice).NotesCount, 5)
	same(w, "the channel's notes", ok(w.db.CommunityChannel(ctx, c.ID))(w).NotesCount, 0)
	same(w, "notifications", len(ok(w.db.Notifications(ctx, alice.ID, all, nil))(w)), 0)
	if _, err := w.db.Reaction(ctx, n.ID, bob.ID); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("its reaction: %v, want ErrNotFound", err)
	}
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteNotes(ctx, n.ID)
		return err
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		gone, err := tx.DeleteNotes(ctx, n.ID, reply.ID, quote.ID)
		sameIDs(w, "those that were there", idsOf(gone, noteID), reply.ID, quote.ID)
		return err
	})
	same(w, "alice's notes", w.reload(alice).NotesCount, 3)
}

// A note is deleted while it is renoted, reacted to and deleted again: every
// count is right afterwards, no pure renote of it is left, and nothing fails
// but with ErrNotFound.
func testNoteDeletionAtOnce(w *world) {
	author := w.user("author")
	others := make([]*store.User, 6)
	for i := range others {
		others[i] = w.user("other" + string(rune('a'+i)))
	}
	for range 5 {
		n := w.note(author)
		for _, err := range w.atOnce(3*len(others), func(ctx context.Context, i int) error {
			by := others[i/3]
			id, at := w.next()
			return w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
				switch i % 3 {
				case 0:
					return tx.CreateNote(ctx, w.newNote(by, renoteOf(n)))
				case 1:
					return tx.CreateReaction(ctx, &store.Reaction{ID: id, CreatedAt: at, NoteID: n.ID, UserID: by.ID, Reaction: "👍"})
				}
				_, err := tx.DeleteNotes(ctx, n.ID)
				return err
			})
		}) {
			if !errors.Is(err, store.ErrNotFound) {
				w.Error(err)
			}
		}
		sameIDs(w, "renotes left", ok(w.db.RenoteIDs(w.Context(), n.ID, store.NotePage{Page: all}))(w))
	}
	for _, u := range slices.Concat(others, []*store.User{author}) {
		same(w, "notes of "+u.Username, w.reload(u).NotesCount, 0)
	}
}

// NUL is the one character that PostgreSQL cannot keep: both engines refuse
// it, and the transaction goes on.
func testNUL(w *world) {
	ctx := w.Context()
	alice := w.user("alice")
	text, fine := "a\x00b", "fine"
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		for what, n := range map[string]*store.Note{
			"text":   w.newNote(alice, func(n *store.Note) { n.Text = &text }),
			"url":    w.newNote(alice, func(n *store.Note) { n.URL = text }),
			"author": w.newNote(alice, func(n *store.Note) { n.UserID = store.UserID(text) }),
		} {
			if err := tx.CreateNote(ctx, n); !errors.Is(err, store.ErrBadText) {
				w.Errorf("a NUL in the %s: %v, want ErrBadText", what, err)
			}
		}
		return tx.CreateNote(ctx, w.newNote(alice, func(n *store.Note) { n.Text = &fine }))
	})
	if _, err := w.db.Note(ctx, store.NoteID(text)); !errors.Is(err, store.ErrBadText) {
		w.Errorf("a NUL in an id: %v, want ErrBadText", err)
	}
	same(w, "a NUL in one of several ids", len(ok(w.db.Users(ctx, []store.UserID{"a\x00", alice.ID}))(w)), 1)
}

// timeline checks one timeline: that it has the notes, given oldest first, and
// no others.
func (w *world) timeline(what string, read func(p store.NotePage) ([]store.NoteID, error), want ...*store.Note) {
	w.Helper()
	var ids []store.NoteID
	for i := len(want) - 1; i >= 0; i-- { // newest first
		ids = append(ids, want[i].ID)
	}
	sameIDs(w, what, ok(read(store.NotePage{Page: all}))(w), ids...)
}

func testTimelines(w *world) {
	ctx := w.Context()
	me, friend, stranger := w.user("me"), w.user("friend"), w.user("stranger")
	remote := w.user("remote", onHost("example.com"))
	w.follow(me, friend, false)
	followed, unfollowed := w.channel(stranger), w.channel(stranger)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		id, at := w.next()
		return tx.FollowChannel(ctx, &store.ChannelFollow{ID: id, CreatedAt: at, UserID: me.ID, ChannelID: followed.ID})
	})
	in := func(c *store.CommunityChannel) func(*store.Note) { return func(n *store.Note) { n.ChannelID = c.ID } }

	mine := w.note(me, visible(store.Followers))
	friends := w.note(friend)
	friendsHome := w.note(friend, visible(store.Home), func(n *store.Note) { n.FileIDs = []string{"f"}; n.Tags = []string{"go"} })
	friendsDirect := w.note(friend, visible(store.Specified), func(n *store.Note) { n.VisibleUserIDs = []store.UserID{me.ID} })
	strangers := w.note(stranger, func(n *store.Note) { n.Mentions = []store.UserID{me.ID}; n.Tags = []string{"go"} })
	w.note(stranger, visible(store.Followers))
	remotes := w.note(remote, func(n *store.Note) { n.FileIDs = []string{"f"} })
	inFollowed, inOther := w.note(stranger, in(followed)), w.note(friend, in(unfollowed))
	reply := w.note(remote, replyTo(mine), visible(store.Home))
	renote := w.note(remote, renoteOf(mine), visible(store.Home))

	w.timeline("home", func(p store.NotePage) ([]store.NoteID, error) { return w.db.HomeIDs(ctx, me.ID, p) },
		mine, friends, friendsHome, friendsDirect, inFollowed)
	w.timeline("local", func(p store.NotePage) ([]store.NoteID, error) { return w.db.LocalIDs(ctx, p) }, friends, strangers)
	w.timeline("hybrid", func(p store.NotePage) ([]store.NoteID, error) { return w.db.HybridIDs(ctx, me.ID, p) },
		mine, friends, friendsHome, friendsDirect, strangers, inFollowed)
	w.timeline("global", func(p store.NotePage) ([]store.NoteID, error) { return w.db.GlobalIDs(ctx, p) }, friends, strangers, remotes)
	w.timeline("global with files", func(p store.NotePage) ([]store.NoteID, error) {
		p.WithFiles = true
		return w.db.GlobalIDs(ctx, p)
	}, remotes)
	w.timeline("a user's", func(p store.NotePage) ([]store.NoteID, error) {
		return w.db.UserNoteIDs(ctx, friend.ID, store.UserNotePage{NotePage: p, Viewer: friend.ID})
	},
		friends, friendsHome, friendsDirect, inOther)
	w.timeline("a channel's", func(p store.NotePage) ([]store.NoteID, error) { return w.db.ChannelNoteIDs(ctx, followed.ID, p) }, inFollowed)
	w.timeline("a hashtag's", func(p store.NotePage) ([]store.NoteID, error) { return w.db.TagNoteIDs(ctx, "go", p) }, friendsHome, strangers)
	w.timeline("replies", func(p store.NotePage) ([]store.NoteID, error) { return w.db.ReplyIDs(ctx, mine.ID, p) }, reply)
	w.timeline("renotes", func(p store.NotePage) ([]store.NoteID, error) { return w.db.RenoteIDs(ctx, mine.ID, p) }, renote)

	mentions := func(m store.MentionPage) func(p store.NotePage) ([]store.NoteID, error) {
		return func(p store.NotePage) ([]store.NoteID, error) {
			m.Page = p.Page
			return w.db.MentionIDs(ctx, me.ID, m)
		}
	}
	w.timeline("mentions", mentions(store.MentionPage{}), friendsDirect, strangers)
	w.timeline("direct mentions", mentions(store.MentionPage{Visibility: store.Specified}), friendsDirect)
	w.timeline("mentions by followed", mentions(store.MentionPage{Following: true}), friendsDirect)
	w.timeline("direct mentions by followed", mentions(store.MentionPage{Following: true, Visibility: store.Public}))

	w.write(func(ctx context.Context, tx *relational.Tx) error {
		id, at := w.next()
		if err := tx.CreateList(ctx, &store.UserList{ID: id, CreatedAt: at, UserID: me.ID, Name: "l"}); err != nil {
			return err
		}
		_, err := tx.CreateListMember(ctx, &store.ListMember{ID: id, CreatedAt: at, ListID: id, UserID: remote.ID}, 10)
		return err
	})
	list := ok(w.db.Lists(ctx, me.ID))(w)[0].ID
	w.timeline("a list's", func(p store.NotePage) ([]store.NoteID, error) { return w.db.ListNoteIDs(ctx, list, p) }, remotes, reply, renote)
}

func testPages(w *world) {
	alice := w.user("alice")
	var ids []store.NoteID // oldest first
	for range 6 {
		ids = append(ids, w.note(alice).ID)
	}
	at := func(i int) string { return string(ids[i]) }
	for _, c := range []struct {
		name string
		page store.Page
		want []store.NoteID
	}{
		{"the newest", store.Page{Limit: 2}, []store.NoteID{ids[5], ids[4]}},
		{"until", store.Page{UntilID: at(4), Limit: 2}, []store.NoteID{ids[3], ids[2]}},
		{"since, oldest first", store.Page{SinceID: at(1), Limit: 2}, []store.NoteID{ids[2], ids[3]}},
		{"between", store.Page{SinceID: at(0), UntilID: at(5), Limit: 2}, []store.NoteID{ids[4], ids[3]}},
		{"beyond the end", store.Page{UntilID: at(0), Limit: 2}, nil},
	} {
		got := ok(w.db.UserNoteIDs(w.Context(), alice.ID, store.UserNotePage{NotePage: store.NotePage{Page: c.page}}))(w)
		sameIDs(w, c.name, got, c.want...)
	}
	// By dates: the bounds are instants.
	notes := ok(w.db.Notes(w.Context(), ids))(w)
	p := store.Page{Limit: 10}.Within(notes[2].CreatedAt, notes[4].CreatedAt)
	sameIDs(w, "between instants", ok(w.db.GlobalIDs(w.Context(), store.NotePage{Page: p}))(w), ids[3], ids[2])
}
