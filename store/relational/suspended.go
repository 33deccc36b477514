package relational

import (
	"context"

	"notewire/store"
)

// suspendedUsers is a subquery: the ids of everybody who is suspended. It is the
// same for all rows, so an engine runs it once for each statement; an index has
// nobody else.
const suspendedUsers = "(SELECT id FROM users WHERE is_suspended)"

// byNobodySuspended is a condition on notes n. It spares a list the reading of
// what a suspended author has posted, which may be much; store/visibility also
// leaves out what embeds their notes.
const byNobodySuspended = "n.user_id NOT IN " + suspendedUsers

// causedByNobodySuspended is a condition on notifications.
const causedByNobodySuspended = "(notifier_id IS NULL OR notifier_id NOT IN " + suspendedUsers + ")"

// SuspendedUserIDs is everybody who is suspended, local or remote, in any order.
func (q Queries) SuspendedUserIDs(ctx context.Context) ([]store.UserID, error) {
	return collect(ctx, q.q, "reading who is suspended", scanText[store.UserID], "SELECT id FROM users WHERE is_suspended")
}
