package relational

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"notewire/store"
)

// RelationLists is everything about a user that decides what is delivered to
// them, read by one statement, so that it is the state of one instant.
func (q Queries) RelationLists(ctx context.Context, user store.UserID) (*store.RelationLists, error) {
	return q.relationLists(ctx, allRelations, string(user), millis(time.Now()))
}

// allRelations is the statement of RelationLists.
var allRelations = relations("u.id = $1", everybody)

// RelationListsOf is RelationLists of several users in one statement. It calls
// found for each user who exists, with the lists or with the error that concerns
// that user alone.
func (q Queries) RelationListsOf(ctx context.Context, users []store.UserID, found func(store.UserID, *store.RelationLists, error)) error {
	rows, err := queryAll(ctx, q.q, "reading relations of users", func(r Row) (*relationsRow, error) {
		w := new(relationsRow)
		return w, w.scan(r)
	}, relations(q.d.In("u.id", 1), everybody), q.array(toStrings(users)), millis(time.Now()))
	if err != nil {
		return err
	}
	for _, w := range rows {
		l, err := w.lists()
		found(l.UserID, l, err)
	}
	return nil
}

// RelationsTo is RelationLists as sets and as far as they are about the others:
// its maps of users have nobody else. It is what to ask for where some notes or
// users are judged: relations grow with whom a user follows, and this does not.
func (q Queries) RelationsTo(ctx context.Context, user store.UserID, others []store.UserID) (*store.Relations, error) {
	about := func(column string) string { return " AND " + q.d.In(column, 3) }
	l, err := q.relationLists(ctx, relations("u.id = $1", about), string(user), millis(time.Now()), q.array(toStrings(distinct(others))))
	if err != nil {
		return nil, err
	}
	return l.Relations(), nil
}

func (q Queries) relationLists(ctx context.Context, sql string, args ...any) (*store.RelationLists, error) {
	return queryOne(ctx, q.q, "reading relations", func(r Row) (*store.RelationLists, error) {
		var row relationsRow
		if err := row.scan(r); err != nil {
			return nil, err
		}
		return row.lists()
	}, sql, args...)
}

// relations is the statement that reads a row of relations for each user u that
// meets the condition. See relationColumns.
func relations(condition string, about func(column string) string) string {
	return "SELECT " + relationColumns(about) + " FROM users u WHERE " + condition
}

// relationColumns are the columns of a relationsRow of a user u. $2 is the
// instant at which mutes have expired or not. about narrows a part of the
// statement to some users, by the column that names them.
//
// The plus keeps SQLite from weighing the index of expiring mutes, whose use
// depends on $2: it would compile the statement anew each time it is run.
//
// There is one row for each user, and not one for each relation: with some
// hundred follows, handing over rows would cost this process more than
// everything else.
func relationColumns(about func(column string) string) string {
	return "u.id, u.settings, " + strings.Join([]string{
		joinedIDs("CASE WHEN with_replies THEN '"+idMark+repliesMark+"' ELSE '"+idMark+"' END", "followee_id",
			"following WHERE follower_id = u.id"+about("followee_id")),
		joinedIDs("'"+idMark+"'", "mutee_id", "muting WHERE muter_id = u.id AND (expires_at = 0 OR +expires_at > $2)"+about("mutee_id")),
		joinedIDs("'"+idMark+"'", "mutee_id", "renote_muting WHERE muter_id = u.id"+about("mutee_id")),
		joinedIDs("'"+idMark+"'", "blocker_id", "blocking WHERE blockee_id = u.id"+about("blocker_id")),
		joinedIDs("'"+idMark+"'", "channel_id", "community_channel_following WHERE user_id = u.id"),
	}, ", ")
}

func everybody(string) string { return "" }

// relationsRow is a row of relations as it was read: each list of ids is one
// text of joinedIDs.
type relationsRow struct {
	user, settings                                 string
	following, muting, renoteMuting, blockedBy, in string
}

func (w *relationsRow) scan(r Row) error {
	return r.Scan(w.dests()...)
}

func (w *relationsRow) dests() []any {
	return []any{&w.user, &w.settings, &w.following, &w.muting, &w.renoteMuting, &w.blockedBy, &w.in}
}

// lists decodes the row.
func (w *relationsRow) lists() (*store.RelationLists, error) {
	l := &store.RelationLists{UserID: store.UserID(w.user)}
	var errs [6]error
	l.MutedInstances, errs[0] = mutedInstances(w.settings)
	l.Following, errs[1] = splitIDs(w.following, followee)
	l.Muting, errs[2] = splitIDs(w.muting, id[store.UserID])
	l.RenoteMuting, errs[3] = splitIDs(w.renoteMuting, id[store.UserID])
	l.BlockedBy, errs[4] = splitIDs(w.blockedBy, id[store.UserID])
	l.FollowedChannels, errs[5] = splitIDs(w.in, id[string])
	return l, errors.Join(errs[:]...)
}

func id[T ~string](s string) T { return T(s) }

func followee(s string) store.Followee {
	id, withReplies := strings.CutPrefix(s, repliesMark)
	return store.Followee{ID: store.UserID(id), WithReplies: withReplies}
}

// mutedInstances reads the muted instances out of a user's settings. The
// settings of most users do not have the word, and then are not decoded.
func mutedInstances(settings string) ([]string, error) {
	if !strings.Contains(settings, `"mutedInstances"`) {
		return nil, nil
	}
	var s struct {
		MutedInstances []string `json:"mutedInstances"`
	}
	err := asJSON(&s).Scan(settings)
	return s.MutedInstances, err
}

// RelationsBetween is how a viewer stands to other users, one entry for each
// id in that order, whether the user exists or not.
func (q Queries) RelationsBetween(ctx context.Context, viewer store.UserID, others []store.UserID) ([]*store.RelationBetween, error) {
	out := make([]*store.RelationBetween, len(others))
	by := make(map[store.UserID][]*store.RelationBetween, len(others))
	for i, id := range others {
		out[i] = &store.RelationBetween{UserID: id}
		by[id] = append(by[id], out[i])
	}
	if len(others) == 0 {
		return out, nil
	}
	ids := q.array(toStrings(others))

	follows, err := queryAll(ctx, q.q, "reading follows between users", scanFollow,
		"SELECT "+followColumns+" FROM following WHERE follower_id = $1 AND "+q.d.In("followee_id", 2), viewer, ids)
	if err != nil {
		return nil, err
	}
	for _, f := range follows {
		for _, r := range by[f.FolloweeID] {
			r.IsFollowing, r.Following, r.IsFollowingWithReplies = true, f, f.WithReplies
		}
	}

	rows, err := q.q.Query(ctx, `
		SELECT 0, follower_id FROM following WHERE followee_id = $1 AND `+q.d.In("follower_id", 2)+`
		UNION ALL SELECT 1, followee_id FROM follow_request WHERE follower_id = $1 AND `+q.d.In("followee_id", 2)+`
		UNION ALL SELECT 2, follower_id FROM follow_request WHERE followee_id = $1 AND `+q.d.In("follower_id", 2)+`
		UNION ALL SELECT 3, blockee_id FROM blocking WHERE blocker_id = $1 AND `+q.d.In("blockee_id", 2)+`
		UNION ALL SELECT 4, blocker_id FROM blocking WHERE blockee_id = $1 AND `+q.d.In("blocker_id", 2)+`
		UNION ALL SELECT 5, mutee_id FROM muting WHERE muter_id = $1 AND (expires_at = 0 OR expires_at > $3) AND `+q.d.In("mutee_id", 2)+`
		UNION ALL SELECT 6, mutee_id FROM renote_muting WHERE muter_id = $1 AND `+q.d.In("mutee_id", 2),
		viewer, ids, millis(time.Now()))
	if err != nil {
		return nil, fmt.Errorf("reading relations between users: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			kind  int
			other store.UserID
		)
		if err := rows.Scan(&kind, &other); err != nil {
			return nil, fmt.Errorf("reading relations between users: %w", err)
		}
		for _, r := range by[other] {
			*[]*bool{&r.IsFollowed, &r.HasPendingFromYou, &r.HasPendingToYou, &r.IsBlocking, &r.IsBlocked, &r.IsMuted, &r.IsRenoteMuted}[kind] = true
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading relations between users: %w", err)
	}
	return out, nil
}
