package relational

import (
	"context"

	"notewire/store"
)

const listColumns = "id, created_at, user_id, name, is_public"

func scanList(r Row) (*store.UserList, error) {
	l := new(store.UserList)
	return l, r.Scan(&l.ID, asTime{&l.CreatedAt}, &l.UserID, &l.Name, &l.IsPublic)
}

// List is a user list with the ids of its members.
func (q Queries) List(ctx context.Context, id string) (*store.UserList, error) {
	l, err := queryOne(ctx, q.q, "reading a list", scanList, "SELECT "+listColumns+" FROM user_list WHERE id = $1", id)
	if err != nil {
		return nil, err
	}
	return l, q.fillMembers(ctx, l)
}

// Lists are a user's lists with the ids of their members, the oldest first.
func (q Queries) Lists(ctx context.Context, user store.UserID) ([]*store.UserList, error) {
	lists, err := queryAll(ctx, q.q, "reading lists", scanList,
		"SELECT "+listColumns+" FROM user_list WHERE user_id = $1 ORDER BY id", user)
	if err != nil {
		return nil, err
	}
	return lists, q.fillMembers(ctx, lists...)
}

func (q Queries) fillMembers(ctx context.Context, lists ...*store.UserList) error {
	if len(lists) == 0 {
		return nil
	}
	ids, by := make([]string, len(lists)), make(map[string]*store.UserList, len(lists))
	for i, l := range lists {
		ids[i], by[l.ID] = l.ID, l
	}
	members, err := queryAll(ctx, q.q, "reading lists' members", scanMember,
		"SELECT "+memberColumns+" FROM user_list_member WHERE "+q.d.In("list_id", 1)+" ORDER BY id", q.array(ids))
	if err != nil {
		return err
	}
	for _, m := range members {
		l := by[m.ListID]
		l.MemberIDs = append(l.MemberIDs, m.UserID)
	}
	return nil
}

// CreateList writes a new list; its members are added by themselves.
func (tx *Tx) CreateList(ctx context.Context, l *store.UserList) error {
	return insertNew(ctx, tx.q, "creating a list", "user_list",
		"INSERT INTO user_list ("+listColumns+") VALUES ($1, $2, $3, $4, $5)",
		l.ID, millis(l.CreatedAt), l.UserID, l.Name, l.IsPublic)
}

// UpdateList writes a list's name and whether it is public.
func (tx *Tx) UpdateList(ctx context.Context, l *store.UserList) error {
	return execExisting(ctx, tx.q, "updating a list", "UPDATE user_list SET name = $2, is_public = $3 WHERE id = $1", l.ID, l.Name, l.IsPublic)
}

// DeleteList deletes a list and its memberships.
func (tx *Tx) DeleteList(ctx context.Context, id string) error {
	return execExisting(ctx, tx.q, "deleting a list", "DELETE FROM user_list WHERE id = $1", id)
}

const memberColumns = "id, created_at, list_id, user_id, with_replies"

func scanMember(r Row) (*store.ListMember, error) {
	m := new(store.ListMember)
	return m, r.Scan(&m.ID, asTime{&m.CreatedAt}, &m.ListID, &m.UserID, &m.WithReplies)
}

// ListMembers are all memberships of a list, the oldest first.
func (q Queries) ListMembers(ctx context.Context, list string) ([]*store.ListMember, error) {
	return queryAll(ctx, q.q, "reading a list's members", scanMember,
		"SELECT "+memberColumns+" FROM user_list_member WHERE list_id = $1 ORDER BY id", list)
}

// CreateListMember adds a user to a list that holds fewer than limit users.
// One who is in it already is store.ErrConflict; a full list answers false.
func (tx *Tx) CreateListMember(ctx context.Context, m *store.ListMember, limit int) (bool, error) {
	// Under the list's lock, so that the limit holds for additions at once.
	if _, err := queryOne(ctx, tx.q, "locking a list", scanList,
		"SELECT "+listColumns+" FROM user_list WHERE id = $1"+tx.d.ForUpdate(), m.ListID); err != nil {
		return false, err
	}
	n, err := queryOne(ctx, tx.q, "counting a list's members", scanInt, "SELECT count(*) FROM user_list_member WHERE list_id = $1", m.ListID)
	if err != nil {
		return false, err
	}
	if n >= limit {
		return false, nil
	}
	err = insertNew(ctx, tx.q, "adding to a list", "user_list_member",
		"INSERT INTO user_list_member ("+memberColumns+") VALUES ($1, $2, $3, $4, $5)",
		m.ID, millis(m.CreatedAt), m.ListID, m.UserID, m.WithReplies)
	return err == nil, err
}

// UpdateListMember sets whether a member's replies to others are shown.
func (tx *Tx) UpdateListMember(ctx context.Context, list string, user store.UserID, withReplies bool) error {
	return execExisting(ctx, tx.q, "updating a list's member",
		"UPDATE user_list_member SET with_replies = $3 WHERE list_id = $1 AND user_id = $2", list, user, withReplies)
}

// DeleteListMember takes a user out of a list.
func (tx *Tx) DeleteListMember(ctx context.Context, list string, user store.UserID) error {
	return execExisting(ctx, tx.q, "removing from a list", "DELETE FROM user_list_member WHERE list_id = $1 AND user_id = $2", list, user)
}
