package postgres_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres/pgtest"
	"notewire/store/storetest"
)

// benchWriters append at the same time; benchBody is an event of 1.2 kB.
const benchWriters = 16

var benchBody = `{"id":"` + strings.Repeat("x", 1200) + `"}`

// durable is a cluster that waits for the disk with each commit, as a real one.
func durable(b *testing.B) feedDB {
	b.Helper()
	cluster, err := pgtest.Start(b.Context(), pgtest.Options{Fsync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			b.Error(err)
		}
	})
	db, err := cluster.CreateDatabase(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return openFeedURL(b, db.URL)
}

// appendEvents writes b.N events, one transaction each, and reports the rate.
func appendEvents(b *testing.B, db feedDB, statement string, committed func()) {
	b.Helper()
	work := make(chan struct{}, b.N)
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	b.ResetTimer()
	var wg sync.WaitGroup
	for range benchWriters {
		wg.Go(func() {
			for range work {
				if _, err := db.raw.Exec(context.Background(), statement, time.Now().UnixMilli(), benchBody); err != nil {
					b.Error(err)
					return
				}
				committed()
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

const (
	benchInsert = `INSERT INTO event (at, topic, type, body) VALUES ($1, 'notesStream', 'note', $2)`
	benchNotify = `WITH e AS (` + benchInsert + ` RETURNING id) SELECT pg_notify('notewire_event', id::TEXT) FROM e`
)

func BenchmarkAppend(b *testing.B) {
	db := durable(b)
	b.Run("insert only", func(b *testing.B) {
		appendEvents(b, db, benchInsert, func() {})
	})
	b.Run("feed running", func(b *testing.B) {
		r := startReader(b, feed.Config{Source: db})
		w := startWakes(b, db, r)
		eventually(b, "LISTEN", func() bool { return w.Stats().Listening })
		appendEvents(b, db, benchInsert, func() { r.Wake(); w.Notify() })
		b.StopTimer()
		r.until("all events", func(got []store.Event, _ []feed.GapReason) bool { return len(got) >= b.N })
		s, n := r.Stats(), w.Stats()
		b.ReportMetric(float64(b.N)/float64(s.Reads), "events/read")
		b.ReportMetric(float64(n.Notified), "notifies")
		b.ReportMetric(float64(s.Late), "late")
	})
	b.Run("feed of two nodes running", func(b *testing.B) {
		r := startReader(b, feed.Config{Source: db})
		w := startWakes(b, db, r)
		other := openFeedURL(b, db.url)
		ro := startReader(b, feed.Config{Source: other})
		wo := startWakes(b, other, ro)
		eventually(b, "LISTEN", func() bool { return w.Stats().Listening && wo.Stats().Listening })
		appendEvents(b, db, benchInsert, func() { r.Wake(); w.Notify() })
		b.StopTimer()
		for _, x := range []*reading{r, ro} {
			x.until("all events", func(got []store.Event, _ []feed.GapReason) bool { return len(got) >= b.N })
		}
	})
	b.Run("NOTIFY in the transaction", func(b *testing.B) {
		appendEvents(b, db, benchNotify, func() {})
	})
}

// BenchmarkCatchUp reads events that are there already.
func BenchmarkCatchUp(b *testing.B) {
	db := openFeedDB(b)
	r := newReading(b, feed.Config{Source: db})
	_, err := db.raw.Exec(b.Context(), `
		INSERT INTO event (at, topic, type, body) SELECT 0, 'notesStream', 'note', $2 FROM generate_series(1, $1)`, b.N, benchBody)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	r.run()
	r.until("all events", func(got []store.Event, _ []feed.GapReason) bool { return len(got) >= b.N })
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkRead is one read that finds nothing: what an idle wake costs, and
// what it costs while a long transaction holds skipped ids open.
func BenchmarkRead(b *testing.B) {
	db := openFeedDB(b)
	_, err := db.raw.Exec(b.Context(), `
		INSERT INTO event (id, at, topic, type, body) SELECT 2 * i, 0, 't', 't', $1 FROM generate_series(1, 20000) AS i`, benchBody)
	if err != nil {
		b.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		skipped int
	}{{"none skipped", 0}, {"100 skipped", 100}, {"10000 skipped", 10000}} {
		b.Run(test.name, func(b *testing.B) {
			var skipped []feed.Range
			for i := range test.skipped {
				skipped = append(skipped, feed.Range{First: int64(2*i + 1), Last: int64(2*i + 1)})
			}
			for b.Loop() {
				if _, err := db.Read(b.Context(), 40000, skipped, 1000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkConnect is storetest's, with the server's time in it.
func BenchmarkConnect(b *testing.B) {
	db := openFeedDB(b)
	storetest.BenchmarkConnect(b, db.DB.DB)
}
