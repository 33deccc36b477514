package feed

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"notewire/store"
)

// choices is where the simulation takes its decisions from: a fuzzer's bytes,
// or a random source.
type choices func(n int) int

// world simulates a database with PostgreSQL's rules: transaction ids and
// event ids are drawn in ascending order, whenever a transaction pleases and
// before it commits; a snapshot sees what was committed before it was taken.
// The reader itself drives it: around each statement a few random things
// happen. So one series of choices is one history.
type world struct {
	choose  choices
	steps   int  // how many random things may still happen
	failing bool // let calls fail now and then

	nextXid, nextID  int64
	latestCompleted  int64
	running          []*simTx
	rows             map[int64]simRow // committed
	pruned           int64
	clock            int64 // counts begins and commits
	cluster          string
	committedAtStart map[int64]bool
	over             chan struct{} // closed when nothing can happen any more
}

type simTx struct {
	xid   int64
	began int64
	ids   []int64
}

type simRow struct {
	began, committed int64
}

var _ Source = (*world)(nil)

func newWorld(choose choices, steps int) *world {
	return &world{choose: choose, steps: steps, nextXid: 100, nextID: 1, latestCompleted: 99, rows: map[int64]simRow{}, cluster: "a"}
}

// live lets a few random things happen.
func (w *world) live() {
	for range w.choose(6) {
		if w.steps == 0 {
			// The end: everybody who is still at work comes to an end.
			for len(w.running) > 0 {
				w.end(w.choose(len(w.running)), w.choose(4) > 0)
			}
			if w.over != nil {
				close(w.over)
				w.over = nil
			}
			return
		}
		w.steps--
		switch n := w.choose(10); {
		case n < 3 && len(w.running) < 12 || len(w.running) == 0:
			// With its xid, before any event id: the column's default does that.
			w.clock++
			w.running = append(w.running, &simTx{xid: w.nextXid, began: w.clock})
			w.nextXid++
		case n < 7:
			tx := w.running[w.choose(len(w.running))]
			tx.ids = append(tx.ids, w.nextID)
			w.nextID++
		default:
			w.end(w.choose(len(w.running)), w.choose(10) > 0)
		}
	}
}

// end commits or rolls back.
func (w *world) end(i int, commit bool) {
	tx := w.running[i]
	w.running = slices.Delete(w.running, i, i+1)
	w.latestCompleted = max(w.latestCompleted, tx.xid)
	w.clock++
	if commit {
		for _, id := range tx.ids {
			w.rows[id] = simRow{began: tx.began, committed: w.clock}
		}
	}
}

// xmin and xmax are those of a snapshot taken now, as PostgreSQL reckons them.
func (w *world) xmax() uint64 { return uint64(w.latestCompleted + 1) }

func (w *world) xmin() uint64 {
	low := w.latestCompleted + 1
	for _, tx := range w.running {
		low = min(low, tx.xid)
	}
	return uint64(low)
}

var errSimulated = errors.New("simulated failure")

// around lets things happen before and after a call, which may fail.
func (w *world) around(f func()) error {
	w.live()
	if w.failing && w.choose(20) == 0 {
		return errSimulated
	}
	f()
	w.live()
	if w.failing && w.choose(20) == 0 {
		return errSimulated // it was done, but the answer got lost
	}
	return nil
}

func (w *world) Head(context.Context) (h Head, err error) {
	err = w.around(func() {
		w.committedAtStart = map[int64]bool{}
		h.Highest, h.PrunedThrough = w.pruned, w.pruned
		for id := range w.rows {
			h.Highest = max(h.Highest, id)
			w.committedAtStart[id] = true
		}
		for id := w.pruned + 1; id < h.Highest; id++ {
			if _, ok := w.rows[id]; !ok {
				h.Missing = addID(h.Missing, id)
			}
		}
	})
	return h, err
}

func (w *world) Read(_ context.Context, after int64, skipped []Range, limit int) (r Read, err error) {
	err = w.around(func() {
		r = Read{Xmin: w.xmin(), PrunedThrough: w.pruned}
		n := 0
		for _, s := range skipped {
			for id := s.First; id <= s.Last && n < limit; id++ {
				if _, ok := w.rows[id]; ok {
					r.Events = append(r.Events, simEvent(id))
					n++
				}
			}
		}
		n = 0
		for id := after + 1; id < w.nextID && n < limit; id++ {
			if _, ok := w.rows[id]; ok {
				r.Events = append(r.Events, simEvent(id))
				n++
			}
		}
	})
	return r, err
}

func (w *world) Horizon(context.Context) (h uint64, err error) {
	err = w.around(func() {
		h = uint64(w.nextXid)
		w.latestCompleted = w.nextXid // its own transaction ends at once
		w.nextXid++
	})
	return h, err
}

func (w *world) Identity(context.Context) (Identity, error) {
	return Identity{Cluster: w.cluster, LastID: w.nextID - 1}, nil
}

func simEvent(id int64) store.Event {
	return store.Event{ID: id, Topic: "t", Type: strconv.FormatInt(id, 10)}
}

func addID(ranges []Range, id int64) []Range {
	if n := len(ranges); n > 0 && ranges[n-1].Last == id-1 {
		ranges[n-1].Last = id
		return ranges
	}
	return append(ranges, Range{id, id})
}

// verdict says what is wrong with the order in which events were handed out;
// lost is how many were not.
func (w *world) verdict(got []store.Event) (lost int, err error) {
	seen := map[int64]bool{}
	latestBegin := int64(math.MinInt64)
	for _, ev := range got {
		row, ok := w.rows[ev.ID]
		switch {
		case !ok:
			return 0, fmt.Errorf("event %d was never committed", ev.ID)
		case seen[ev.ID]:
			return 0, fmt.Errorf("event %d was handed out twice", ev.ID)
		case w.committedAtStart[ev.ID]:
			return 0, fmt.Errorf("event %d was committed before the start", ev.ID)
		case row.committed < latestBegin:
			// An event handed out earlier belongs to a transaction that began
			// after this one had been committed: effect before cause.
			return 0, fmt.Errorf("event %d came after an effect of it", ev.ID)
		}
		seen[ev.ID] = true
		latestBegin = max(latestBegin, row.began)
	}
	for id := range w.rows {
		if !seen[id] && !w.committedAtStart[id] {
			lost++
		}
	}
	return lost, nil
}

// cursorOnly is the first near miss, "id > cursor": skipped ids are not asked
// for.
type cursorOnly struct{ *world }

func (s cursorOnly) Read(ctx context.Context, after int64, _ []Range, limit int) (Read, error) {
	return s.world.Read(ctx, after, nil, limit)
}

// snapshotXmax is the second near miss: the end of a snapshot for a horizon.
type snapshotXmax struct{ *world }

func (s snapshotXmax) Horizon(context.Context) (h uint64, err error) {
	err = s.around(func() { h = s.xmax() })
	return h, err
}
