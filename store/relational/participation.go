package relational

import (
	"context"
	"slices"

	"notewire/store"
)

// Participations is what users did with notes: how they reacted to those of reacted,
// and what they voted for in the polls of those of voted, by user and note. Nil users
// asks for everybody. Who did nothing is not in the map.
func (q Queries) Participations(
	ctx context.Context, reacted, voted []store.NoteID, users []store.UserID,
) (map[store.UserID]map[store.NoteID]store.Participation, error) {
	const (
		reactions = "SELECT note_id, user_id, reaction, -1 FROM reaction WHERE "
		votes     = "SELECT note_id, user_id, '', choice FROM poll_vote WHERE "
	)
	args, among := []any{q.array(toStrings(reacted)), q.array(toStrings(voted))}, ""
	if users != nil {
		args, among = append(args, q.array(toStrings(users))), " AND "+q.d.In("user_id", 3)
	}
	type row struct {
		note     store.NoteID
		user     store.UserID
		reaction string
		choice   int
	}
	rows, err := queryAll(ctx, q.q, "reading what users did with notes", func(r Row) (p row, err error) {
		err = r.Scan(&p.note, &p.user, &p.reaction, &p.choice)
		return p, err
	}, reactions+q.d.In("note_id", 1)+among+" UNION ALL "+votes+q.d.In("note_id", 2)+among, args...)
	if err != nil {
		return nil, err
	}
	did := map[store.UserID]map[store.NoteID]store.Participation{}
	for _, r := range rows {
		if did[r.user] == nil {
			did[r.user] = map[store.NoteID]store.Participation{}
		}
		p := did[r.user][r.note]
		if r.choice < 0 {
			p.Reaction = r.reaction
		} else {
			i, _ := slices.BinarySearch(p.Votes, r.choice)
			p.Votes = slices.Insert(p.Votes, i, r.choice)
		}
		did[r.user][r.note] = p
	}
	return did, nil
}
