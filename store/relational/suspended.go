package relational

import (
	"context"

	"notewire/store"
)

// byNobodySuspended is a condition on notes n. It spares a list the reading of
// what a suspended author has posted, which may be much; store/visibility also
// leaves out what embeds their notes. A look-up for each note costs the same
// however many are suspended; a set of all of them would be made for each list.
const byNobodySuspended = "NOT EXISTS (SELECT 1 FROM users author WHERE author.id = n.user_id AND author.is_suspended)"

// causedByNobodySuspended is a condition on notifications.
const causedByNobodySuspended = "NOT EXISTS (SELECT 1 FROM users causer WHERE causer.id = notification.notifier_id AND causer.is_suspended)"

// SuspendedUserIDs is everybody who is suspended, local or remote, in any order.
func (q Queries) SuspendedUserIDs(ctx context.Context) ([]store.UserID, error) {
	return queryAll(ctx, q.q, "reading who is suspended", scanText[store.UserID], "SELECT id FROM users WHERE is_suspended")
}
