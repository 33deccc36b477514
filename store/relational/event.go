package relational

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"notewire/store"
)

// errBadEvent says that a program error made an event that no reader could use.
var errBadEvent = errors.New("event without topic, type or valid JSON")

// AppendEvents adds events to the log. They are written when the transaction
// commits, after everything else it does, in the order in which they were
// appended: so the order of event ids is the order of effects for everything
// that touches the same rows. A transaction that is rolled back leaves none.
// The error, a program error, is about the events' form alone.
func (tx *Tx) AppendEvents(_ context.Context, events ...store.NewEvent) error {
	for _, e := range events {
		if e.Topic == "" || e.Type == "" || !validJSON(e.Body) || !validJSON(e.Facts) {
			return fmt.Errorf("appending to %q a %q: %w", e.Topic, e.Type, errBadEvent)
		}
	}
	tx.events = append(tx.events, events...)
	return nil
}

func validJSON(b json.RawMessage) bool { return b == nil || json.Valid(b) }

// maxEventsPerInsert bounds the placeholders of one statement.
const maxEventsPerInsert = 100

// writeEvents writes what AppendEvents gathered.
func (tx *Tx) writeEvents(ctx context.Context) error {
	at := time.Now().UnixMilli()
	for rest := tx.events; len(rest) > 0; {
		batch := rest[:min(len(rest), maxEventsPerInsert)]
		rest = rest[len(batch):]

		var sql strings.Builder
		sql.WriteString("INSERT INTO event (at, topic, type, body, facts) VALUES ")
		args := make([]any, 0, 5*len(batch))
		for i, e := range batch {
			if i > 0 {
				sql.WriteString(", ")
			}
			sql.WriteByte('(')
			for c := range 5 {
				if c > 0 {
					sql.WriteString(", ")
				}
				sql.WriteByte('$')
				sql.WriteString(strconv.Itoa(5*i + c + 1))
			}
			sql.WriteByte(')')
			body := "null"
			if e.Body != nil {
				body = string(e.Body)
			}
			var facts *string
			if e.Facts != nil {
				f := string(e.Facts)
				facts = &f
			}
			args = append(args, at, e.Topic, e.Type, body, facts)
		}
		if _, err := tx.q.Exec(ctx, sql.String(), args...); err != nil {
			return fmt.Errorf("appending %d events: %w", len(batch), err)
		}
	}
	return nil
}
