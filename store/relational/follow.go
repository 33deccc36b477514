package relational

import (
	"context"

	"notewire/store"
)

const followColumns = "id, created_at, follower_id, followee_id, with_replies, notify"

func scanFollow(r Row) (*store.Follow, error) {
	f := new(store.Follow)
	return f, r.Scan(&f.ID, asTime{&f.CreatedAt}, &f.FollowerID, &f.FolloweeID, &f.WithReplies, &f.Notify)
}

// Follow is the follow of one user by another.
func (q Queries) Follow(ctx context.Context, follower, followee store.UserID) (*store.Follow, error) {
	return queryOne(ctx, q.q, "reading a follow", scanFollow,
		"SELECT "+followColumns+" FROM following WHERE follower_id = $1 AND followee_id = $2", follower, followee)
}

// Following is whom a user follows.
func (q Queries) Following(ctx context.Context, follower store.UserID, p store.Page) ([]*store.Follow, error) {
	return queryPage(ctx, q.q, "listing follows", scanFollow, p, "id",
		"SELECT "+followColumns+" FROM following WHERE follower_id = $1", follower)
}

// Followers is who follows a user.
func (q Queries) Followers(ctx context.Context, followee store.UserID, p store.Page) ([]*store.Follow, error) {
	return queryPage(ctx, q.q, "listing followers", scanFollow, p, "id",
		"SELECT "+followColumns+" FROM following WHERE followee_id = $1", followee)
}

// CreateFollow writes a follow and counts it on both sides.
func (tx *Tx) CreateFollow(ctx context.Context, f *store.Follow) error {
	err := insertNew(ctx, tx.q, "creating a follow", "following",
		"INSERT INTO following ("+followColumns+") VALUES ($1, $2, $3, $4, $5, $6)",
		f.ID, millis(f.CreatedAt), f.FollowerID, f.FolloweeID, f.WithReplies, f.Notify)
	if err != nil {
		return err
	}
	return tx.countFollow(ctx, f, +1)
}

// UpdateFollow changes withReplies and notify where they are not nil, and
// answers the follow as it is then.
func (tx *Tx) UpdateFollow(ctx context.Context, follower, followee store.UserID, withReplies *bool, notify *string) (*store.Follow, error) {
	return queryOne(ctx, tx.q, "updating a follow", scanFollow,
		`UPDATE following SET with_replies = coalesce($3, with_replies), notify = coalesce($4, notify)
		WHERE follower_id = $1 AND followee_id = $2 RETURNING `+followColumns,
		follower, followee, withReplies, notify)
}

// DeleteFollow ends a follow, counts it on both sides and answers what it was.
func (tx *Tx) DeleteFollow(ctx context.Context, follower, followee store.UserID) (*store.Follow, error) {
	f, err := queryOne(ctx, tx.q, "deleting a follow", scanFollow,
		"DELETE FROM following WHERE follower_id = $1 AND followee_id = $2 RETURNING "+followColumns, follower, followee)
	if err != nil {
		return nil, err
	}
	return f, tx.countFollow(ctx, f, -1)
}

// countFollow keeps the counts of both users, who are locked in the order of
// their ids.
func (tx *Tx) countFollow(ctx context.Context, f *store.Follow, by int) error {
	sides := []struct {
		user   store.UserID
		column string
	}{{f.FollowerID, "following_count"}, {f.FolloweeID, "followers_count"}}
	if sides[1].user < sides[0].user {
		sides[0], sides[1] = sides[1], sides[0]
	}
	for _, s := range sides {
		if err := tx.countUsers(ctx, s.column, map[store.UserID]int{s.user: by}); err != nil {
			return err
		}
	}
	return nil
}

const requestColumns = "id, created_at, follower_id, followee_id, with_replies"

func scanRequest(r Row) (*store.FollowRequest, error) {
	f := new(store.FollowRequest)
	return f, r.Scan(&f.ID, asTime{&f.CreatedAt}, &f.FollowerID, &f.FolloweeID, &f.WithReplies)
}

// FollowRequest is one user's waiting request to follow another.
func (q Queries) FollowRequest(ctx context.Context, follower, followee store.UserID) (*store.FollowRequest, error) {
	return queryOne(ctx, q.q, "reading a follow request", scanRequest,
		"SELECT "+requestColumns+" FROM follow_request WHERE follower_id = $1 AND followee_id = $2", follower, followee)
}

// FollowRequests are the requests that wait for a user's approval.
func (q Queries) FollowRequests(ctx context.Context, followee store.UserID, p store.Page) ([]*store.FollowRequest, error) {
	return queryPage(ctx, q.q, "listing follow requests", scanRequest, p, "id",
		"SELECT "+requestColumns+" FROM follow_request WHERE followee_id = $1", followee)
}

// HasFollowRequests says whether requests wait for a user's approval.
func (q Queries) HasFollowRequests(ctx context.Context, followee store.UserID) (bool, error) {
	n, err := queryOne(ctx, q.q, "counting follow requests", scanInt,
		"SELECT count(*) FROM (SELECT 1 FROM follow_request WHERE followee_id = $1 LIMIT 1) AS waiting", followee)
	return n > 0, err
}

// CreateFollowRequest writes a follow request.
func (tx *Tx) CreateFollowRequest(ctx context.Context, f *store.FollowRequest) error {
	return insertNew(ctx, tx.q, "creating a follow request", "follow_request",
		"INSERT INTO follow_request ("+requestColumns+") VALUES ($1, $2, $3, $4, $5)",
		f.ID, millis(f.CreatedAt), f.FollowerID, f.FolloweeID, f.WithReplies)
}

// DeleteFollowRequest removes a follow request and answers what it was.
func (tx *Tx) DeleteFollowRequest(ctx context.Context, follower, followee store.UserID) (*store.FollowRequest, error) {
	return queryOne(ctx, tx.q, "deleting a follow request", scanRequest,
		"DELETE FROM follow_request WHERE follower_id = $1 AND followee_id = $2 RETURNING "+requestColumns, follower, followee)
}
