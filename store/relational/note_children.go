package relational

import (
	"context"

	"notewire/store"
)

// ChildIDs are the replies to a note and its quotes: what stands below it in a
// conversation. They are candidates, as all of timeline.go are.
func (q Queries) ChildIDs(ctx context.Context, note store.NoteID, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading a note's children", p,
		"(n.reply_id = $1 OR n.renote_id = $1 AND NOT ("+pureRenote+"))", note)
}
