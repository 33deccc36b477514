package relational

import (
	"context"

	"notewire/store"
)

// ChildIDs are the replies to a note and its quotes: what stands below it in a
// conversation. They are candidates, as all of timeline.go are.
func (q Queries) ChildIDs(ctx context.Context, note store.NoteID, p store.NotePage) ([]store.NoteID, error) {
	replies, err := q.ReplyIDs(ctx, note, p)
	if err != nil {
		return nil, err
	}
	quotes, err := q.noteIDs(ctx, "reading a note's quotes", p, "n.renote_id = $1 AND NOT ("+pureRenote+")", note)
	if err != nil {
		return nil, err
	}
	return firstOf(p.Page, replies, quotes), nil
}
