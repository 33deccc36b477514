package storetest

import (
	"context"
	"math"

	"notewire/store/relational"
)

func testEventFloor(w *world) {
	floor := func(through int64, n int) int64 {
		w.Helper()
		return ok(w.db.EventFloor(w.Context(), through, n))(w)
	}
	same(w, "of an empty log", floor(math.MaxInt64, 1), 0)
	for range 5 {
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.AppendEvents(ctx, topic("t")) })
	}
	newest := floor(math.MaxInt64, 1)
	oldest := floor(math.MaxInt64, 5)
	if oldest <= 0 || newest < oldest+4 {
		w.Fatalf("five events from %d to %d", oldest, newest)
	}
	same(w, "of more than there are", floor(math.MaxInt64, 6), 0)
	same(w, "the event itself", floor(newest, 1), newest)
	same(w, "below the newest", floor(newest-1, 4), oldest)
	same(w, "of more than there are below", floor(newest-1, 5), 0)
	same(w, "below the oldest", floor(oldest-1, 1), 0)
}
