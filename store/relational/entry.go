package relational

import (
	"context"
	"time"

	"notewire/store"
)

// entries is the statement that reads an entryRow of each token that meets the
// condition, with more columns after it.
func entries(more, condition string) string {
	return "SELECT " + accessColumns + ", " + relationColumns(everybody) + more + " FROM " + accessTables + " WHERE " + condition
}

// entryByToken is the statement of EntryByTokenHash.
var entryByToken = entries("", "t.hash = $1")

// entryRow is a row of entries as it was read.
type entryRow struct {
	accessRow
	relationsRow
}

func (w *entryRow) dests(more ...any) []any {
	return append(append(w.accessRow.dests(), w.relationsRow.dests()...), more...)
}

// entry decodes the row.
func (w *entryRow) entry() (*store.Entry, error) {
	a, err := w.access()
	if err != nil {
		return nil, err
	}
	l, err := w.lists()
	if err != nil {
		return nil, err
	}
	return &store.Entry{Access: *a, Relations: l}, nil
}

// EntryByTokenHash is AccessByTokenHash and the RelationLists of its user in one
// statement.
func (q Queries) EntryByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Entry, error) {
	return queryOne(ctx, q.q, "reading an access and relations", func(r Row) (*store.Entry, error) {
		w := new(entryRow)
		if err := r.Scan(w.dests()...); err != nil {
			return nil, err
		}
		return w.entry()
	}, entryByToken, hash[:], millis(time.Now()))
}

// EntriesByTokenHash is EntryByTokenHash of several hashes in one statement. It
// calls found for each hash that has an entry, with the entry or with the error
// that concerns it alone.
func (q Queries) EntriesByTokenHash(ctx context.Context, hashes []store.TokenHash, found func(store.TokenHash, *store.Entry, error)) error {
	type row struct {
		entryRow
		hash []byte
	}
	rows, err := queryAll(ctx, q.q, "reading accesses and relations", func(r Row) (*row, error) {
		w := new(row)
		return w, r.Scan(w.dests(&w.hash)...)
	}, entries(", t.hash", q.d.InBytes("t.hash", 1)), q.byteArray(hashes), millis(time.Now()))
	if err != nil {
		return err
	}
	for _, w := range rows {
		e, err := w.entry()
		found(store.TokenHash(w.hash), e, err)
	}
	return nil
}
