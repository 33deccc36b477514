package relational

import (
	"context"

	"notewire/store"
)

// UserList is a page of all users, local and remote, by id.
func (q Queries) UserList(ctx context.Context, p store.Page) ([]*store.User, error) {
	return queryPage(ctx, q.q, "listing users", scanUser, p, "u.id", "SELECT "+userColumns+" FROM users u WHERE TRUE")
}
