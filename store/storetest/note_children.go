package storetest

import "notewire/store"

func testChildren(w *world) {
	ctx := w.Context()
	me, other := w.user("me"), w.user("other")
	root := w.note(me)
	reply := w.note(other, replyTo(root))
	w.note(other, renoteOf(root), func(n *store.Note) { n.Text = nil })
	text := "quote"
	quote := w.note(other, renoteOf(root), func(n *store.Note) { n.Text = &text })
	w.note(me, replyTo(reply)) // a grandchild
	w.timeline("children", func(p store.NotePage) ([]store.NoteID, error) { return w.db.ChildIDs(ctx, root.ID, p) }, reply, quote)
}
