package relational

import (
	"context"
	"fmt"

	"notewire/store"
)

// A timeline of many authors is merged: each author's notes are a stream that an
// index has in order, and the page is what comes first of all streams. It costs a
// look-up for each stream and one for each note of the page, however many notes
// there are, and however long the authors have been silent. A walk over all notes
// from the newest would pass everybody else's, and a set of all notes of the
// authors would have to be sorted.

// A viewer who follows much may find the whole page among the newest notes of all.
// A short walk over those comes first, for it costs less than a look-up for each
// stream; where it does not fill the page, it was in vain, and cheap.

// streams is what a merged timeline has: one stream for each author, and one for
// each community channel.
type streams struct {
	// has is a condition on notes n: one of the streams has the note.
	has string
	// authors and channels are SELECTs of their ids, as columns author and channel,
	// with the placeholder $1; empty: none.
	authors, channels string
}

var (
	homeStreams = streams{
		has: `(n.channel_id IS NULL AND (n.user_id = $1 OR EXISTS (SELECT 1 FROM following f WHERE f.follower_id = $1 AND f.followee_id = n.user_id))
			OR EXISTS (SELECT 1 FROM community_channel_following f WHERE f.user_id = $1 AND f.channel_id = n.channel_id))`,
		authors:  "SELECT $1 AS author UNION SELECT followee_id FROM following WHERE follower_id = $1",
		channels: "SELECT channel_id AS channel FROM community_channel_following WHERE user_id = $1",
	}
	listStreams = streams{
		has:     "n.channel_id IS NULL AND EXISTS (SELECT 1 FROM user_list_member m WHERE m.list_id = $1 AND m.user_id = n.user_id)",
		authors: "SELECT user_id AS author FROM user_list_member WHERE list_id = $1",
	}
)

// The notes of one stream: of an author outside community channels, or in one.
const (
	ofAuthor  = "n.user_id = s.author AND n.channel_id IS NULL"
	inChannel = "n.channel_id = s.channel AND " + byNobodySuspended
)

// walkedForEach is how many of the newest notes are looked at for each note of the
// page, before the streams are merged.
const walkedForEach = 4

// mergedIDs reads one page of the notes of all streams. of is the argument $1 of
// their SELECTs.
func (q Queries) mergedIDs(ctx context.Context, doing string, p store.NotePage, of streams, arg any) ([]store.NoteID, error) {
	m := merge{statement: statement{args: []any{arg}}, ascending: p.Ascending()}
	if p.WithFiles {
		m.within = " AND " + hasFiles
	}
	if p.SinceID != "" {
		m.within += " AND n.id > " + m.arg(p.SinceID)
	}
	if p.UntilID != "" {
		m.within += " AND n.id < " + m.arg(p.UntilID)
	}
	m.limit = m.arg(p.Limit)
	if !p.WithFiles { // notes with files are few, so that a short walk finds none
		found, err := q.walkedIDs(ctx, doing, p.Limit, of, m)
		if err != nil || len(found) == p.Limit {
			return found, err
		}
	}
	if q.d.OrdersRecursion() {
		m.byQueue(of)
	} else {
		m.byStreams(of)
	}
	return queryAll(ctx, q.q, doing, scanText[store.NoteID], m.String(), m.args...)
}

// walkedIDs are those of the newest notes, a few for each of the page, that one of
// the streams has. They are the page if they fill it.
func (q Queries) walkedIDs(ctx context.Context, doing string, limit int, of streams, m merge) ([]store.NoteID, error) {
	order, _ := m.order()
	return queryAll(ctx, q.q, doing, scanText[store.NoteID], fmt.Sprintf(`SELECT n.id FROM (
			SELECT n.id, n.user_id, n.channel_id FROM note n WHERE TRUE%s ORDER BY n.id %s LIMIT %d
		) n WHERE (%s) AND %s ORDER BY n.id %[2]s LIMIT %[6]s`,
		m.within, order, walkedForEach*limit, of.has, byNobodySuspended, m.limit), m.args...)
}

// merge writes the statement of mergedIDs.
type merge struct {
	statement
	within    string // the condition on notes n of the page, led by AND
	limit     string // the placeholder of the page's limit
	ascending bool
}

// order is the order of the page, and beyond the operator for what comes after an
// id in it.
func (m *merge) order() (order, beyond string) {
	if m.ascending {
		return "ASC", ">"
	}
	return "DESC", "<"
}

// first is a scalar SELECT of the first note of the stream s that fits more.
func (m *merge) first(notes, more string) string {
	order, _ := m.order()
	return "(SELECT n.id FROM note n WHERE " + notes + m.within + more + " ORDER BY n.id " + order + " LIMIT 1)"
}

// heads writes a SELECT of author, channel and the first id of each stream.
// Authors who are suspended have none.
func (m *merge) heads(of streams) {
	fmt.Fprintf(m, "SELECT s.author, NULL AS channel, %s AS id FROM (%s) s WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = s.author AND u.is_suspended)",
		m.first(ofAuthor, ""), of.authors)
	if of.channels != "" {
		fmt.Fprintf(m, " UNION ALL SELECT NULL, s.channel, %s FROM (%s) s", m.first(inChannel, ""), of.channels)
	}
}

// byQueue takes the first note of all streams again and again, and puts the next
// one of its stream into its place: SQLite's recursion is a queue in the order
// that is asked for.
func (m *merge) byQueue(of streams) {
	order, beyond := m.order()
	m.WriteString("WITH RECURSIVE s(author, channel, id) AS (")
	m.heads(of)
	next := " AND n.id " + beyond + " s.id"
	fmt.Fprintf(m, ` UNION ALL SELECT s.author, s.channel, CASE WHEN s.channel IS NULL THEN %s ELSE %s END FROM s WHERE s.id IS NOT NULL ORDER BY 3 %s NULLS LAST LIMIT %s)
		SELECT id FROM s WHERE id IS NOT NULL`, m.first(ofAuthor, next), m.first(inChannel, next), order, m.limit)
}

// byStreams finds the streams whose first notes come first, since no other one has
// anything on the page, and reads a page of each, no further than the last of
// those first notes where they fill the page.
func (m *merge) byStreams(of streams) {
	order, beyond := m.order()
	m.WriteString("WITH heads AS (")
	m.heads(of)
	fmt.Fprintf(m, `), best AS (SELECT * FROM heads WHERE id IS NOT NULL ORDER BY id %[1]s LIMIT %[2]s),
		last AS (SELECT CASE WHEN count(*) = %[2]s THEN %[3]s(id) END AS id FROM best)
		SELECT page.id FROM best s CROSS JOIN last CROSS JOIN LATERAL (
			SELECT n.id FROM note n WHERE %[4]s%[5]s AND (last.id IS NULL OR NOT n.id %[6]s last.id) ORDER BY n.id %[1]s LIMIT %[2]s
		) page WHERE s.channel IS NULL`, order, m.limit, map[bool]string{false: "min", true: "max"}[m.ascending], ofAuthor, m.within, beyond)
	if of.channels != "" {
		fmt.Fprintf(m, ` UNION ALL SELECT page.id FROM best s CROSS JOIN last CROSS JOIN LATERAL (
			SELECT n.id FROM note n WHERE %[4]s%[5]s AND (last.id IS NULL OR NOT n.id %[6]s last.id) ORDER BY n.id %[1]s LIMIT %[2]s
		) page WHERE s.channel IS NOT NULL`, order, m.limit, "", inChannel, m.within, beyond)
	}
	fmt.Fprintf(m, " ORDER BY id %s LIMIT %s", order, m.limit)
}
