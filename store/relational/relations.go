package relational

import (
	"context"
	"fmt"
	"time"

	"notewire/store"
)

// Relations is everything about a user that decides what is delivered to them,
// read by one statement, so that it is the state of one instant.
func (q Queries) Relations(ctx context.Context, user store.UserID) (*store.Relations, error) {
	return q.relations(ctx, user, func(string) string { return "" })
}

// RelationsTo is Relations as far as they are about the others: its maps of
// users have nobody else. It is what to ask for where some notes or users are
// judged: Relations grow with whom a user follows, and this does not.
func (q Queries) RelationsTo(ctx context.Context, user store.UserID, others []store.UserID) (*store.Relations, error) {
	return q.relations(ctx, user, func(column string) string { return " AND " + q.d.In(column, 3) },
		q.array(plain(distinct(others))))
}

// relations reads what Relations has. about narrows a part of the statement to
// some users, by the column that names them.
func (q Queries) relations(ctx context.Context, user store.UserID, about func(column string) string, args ...any) (*store.Relations, error) {
	const (
		self = iota
		follow
		mute
		renoteMute
		blockedBy
		channel
	)
	rows, err := q.q.Query(ctx, `
		SELECT 0, settings, FALSE FROM users WHERE id = $1
		UNION ALL SELECT 1, followee_id, with_replies FROM following WHERE follower_id = $1`+about("followee_id")+`
		UNION ALL SELECT 2, mutee_id, FALSE FROM muting WHERE muter_id = $1 AND (expires_at = 0 OR expires_at > $2)`+about("mutee_id")+`
		UNION ALL SELECT 3, mutee_id, FALSE FROM renote_muting WHERE muter_id = $1`+about("mutee_id")+`
		UNION ALL SELECT 4, blocker_id, FALSE FROM blocking WHERE blockee_id = $1`+about("blocker_id")+`
		UNION ALL SELECT 5, channel_id, FALSE FROM community_channel_following WHERE user_id = $1`,
		append([]any{user, ms(time.Now())}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading relations: %w", err)
	}
	defer rows.Close()

	rel, known := store.NewRelations(user), false
	for rows.Next() {
		var (
			kind  int
			value string
			flag  bool
		)
		if err := rows.Scan(&kind, &value, &flag); err != nil {
			return nil, fmt.Errorf("reading relations: %w", err)
		}
		switch kind {
		case self:
			known = true
			var s store.UserSettings
			if err := asJSON(&s).Scan(value); err != nil {
				return nil, fmt.Errorf("reading relations: %w", err)
			}
			for _, host := range s.MutedInstances {
				rel.MutedInstances[host] = struct{}{}
			}
		case follow:
			rel.Following[store.UserID(value)] = flag
		case mute:
			rel.Muting[store.UserID(value)] = struct{}{}
		case renoteMute:
			rel.RenoteMuting[store.UserID(value)] = struct{}{}
		case blockedBy:
			rel.BlockedBy[store.UserID(value)] = struct{}{}
		case channel:
			rel.FollowedChannels[value] = struct{}{}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading relations: %w", err)
	}
	if !known {
		return nil, fmt.Errorf("reading relations: %w", store.ErrNotFound)
	}
	return rel, nil
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
	ids := q.array(plain(others))

	follows, err := collect(ctx, q.q, "reading follows between users", scanFollow,
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
		viewer, ids, ms(time.Now()))
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
