package storetest

import (
	"context"

	"notewire/store"
	"notewire/store/relational"
)

// Whose notes are asked for by whom decides which there are.
func testUserNotes(w *world) {
	author, follower, named, stranger := w.user("author"), w.user("follower"), w.user("named"), w.user("stranger")
	w.follow(follower, author, false)
	w.follow(author, stranger, false) // the wrong way round
	to := func(u *store.User) func(*store.Note) {
		return func(n *store.Note) { n.VisibleUserIDs = []store.UserID{u.ID} }
	}
	mentioning := func(u *store.User) func(*store.Note) {
		return func(n *store.Note) { n.Mentions = []store.UserID{u.ID} }
	}
	asked, public := w.note(named), w.note(author)
	home := w.note(author, visible(store.Home))
	followers := w.note(author, visible(store.Followers))
	mention := w.note(author, visible(store.Followers), mentioning(named))
	answer := w.note(author, visible(store.Followers), replyTo(asked))
	direct := w.note(author, visible(store.Specified), to(named))
	toFollower := w.note(author, visible(store.Specified), to(follower))
	toSelf := w.note(author, replyTo(public))
	pure := w.note(author, renoteOf(asked))
	quote := w.note(author, quoteOf(asked))
	channel := w.channel(author)
	inChannel := w.note(author, func(n *store.Note) { n.ChannelID = channel.ID })
	open := w.note(author, replyTo(asked))
	sensitive := w.channel(author)
	sensitive.IsSensitive = true
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.UpdateCommunityChannel(ctx, sensitive) })
	inSensitive := w.note(author, func(n *store.Note) { n.ChannelID = sensitive.ID })

	for _, c := range []struct {
		what string
		page store.UserNotePage
		want []*store.Note
	}{
		{"anybody", store.UserNotePage{}, []*store.Note{public, home, toSelf, pure, quote, inChannel, open}},
		{"a stranger", store.UserNotePage{Viewer: stranger.ID}, []*store.Note{public, home, toSelf, pure, quote, inChannel, open}},
		{"a follower", store.UserNotePage{Viewer: follower.ID},
			[]*store.Note{public, home, followers, mention, answer, toFollower, toSelf, pure, quote, inChannel, open}},
		{"who is named", store.UserNotePage{Viewer: named.ID},
			[]*store.Note{public, home, mention, answer, direct, toSelf, pure, quote, inChannel, open}},
		{"the author", store.UserNotePage{Viewer: author.ID},
			[]*store.Note{public, home, followers, mention, answer, direct, toFollower, toSelf, pure, quote, inChannel, open, inSensitive}},
		{"the author without channels", store.UserNotePage{Viewer: author.ID, WithoutChannelNotes: true},
			[]*store.Note{public, home, followers, mention, answer, direct, toFollower, toSelf, pure, quote, open}},
		{"without replies", store.UserNotePage{WithoutReplies: true}, []*store.Note{public, home, toSelf, pure, quote, inChannel}},
		{"without renotes", store.UserNotePage{WithoutRenotes: true}, []*store.Note{public, home, toSelf, quote, inChannel, open}},
		{"without channels", store.UserNotePage{WithoutChannelNotes: true}, []*store.Note{public, home, toSelf, pure, quote, open}},
		{"without anything", store.UserNotePage{Viewer: named.ID, WithoutReplies: true, WithoutRenotes: true, WithoutChannelNotes: true},
			[]*store.Note{public, home, mention, direct, toSelf, quote}},
	} {
		w.timeline("a user's for "+c.what, func(p store.NotePage) ([]store.NoteID, error) {
			c.page.NotePage = p
			return w.db.UserNoteIDs(w.Context(), author.ID, c.page)
		}, c.want...)
	}
}
