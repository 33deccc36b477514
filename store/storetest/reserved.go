package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/relational"
)

// testReservedReads fills the HTTP API's pool and leaves it so: the event log's
// reader, and everything that /streaming reads, goes on.
func testReservedReads(t *testing.T, d Database) {
	node, other := d.Open(t), d.Open(t)
	if err := node.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	fillPool(t, node)

	source := node.Source
	reader := feed.NewReader(feed.Config{Source: source, Poll: time.Millisecond})
	if _, err := reader.Init(t.Context()); err != nil {
		t.Fatalf("finding the end of the log: %v", err)
	}
	ctx, end := context.WithCancel(context.Background())
	came, ended := make(chan store.Event, 1), make(chan error, 1)
	go func() {
		ended <- reader.Run(ctx, func(_ context.Context, b feed.Batch) error {
			for _, e := range b.Events {
				came <- e
			}
			return nil
		})
	}()
	defer func() {
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	if err := other.DB.InTx(t.Context(), func(ctx context.Context, tx *relational.Tx) error {
		return tx.AppendEvents(ctx, topic("a"))
	}); err != nil {
		t.Fatal(err)
	}
	select {
	case e := <-came:
		if e.Topic != "a" {
			t.Errorf("event %+v", e)
		}
	case <-time.After(patience):
		t.Fatalf("the event did not come; %+v", reader.Stats())
	}

	limited, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s := node.Streams
	if _, err := s.AccessByTokenHash(limited, store.HashToken("nobody's")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what a token opens: %v", err)
	}
	if _, err := s.RelationLists(limited, "nobody"); err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a viewer's relations: %v", err)
	}
	if _, err := s.Participations(limited, []store.NoteID{"no note"}, nil, nil); err != nil {
		t.Errorf("what viewers did themselves: %v", err)
	}
	if read, err := s.Read(limited, 0, nil, 10); err != nil || len(read.Events) != 1 {
		t.Errorf("events to replay: %+v, %v", read, err)
	}
	if id, err := s.Identity(limited); err != nil || id.LastID != 1 {
		t.Errorf("the log's identity: %+v, %v", id, err)
	}
	if floor, err := s.EventFloor(limited, 1, 1); err != nil || floor != 1 {
		t.Errorf("the oldest event to replay: %d, %v", floor, err)
	}
}

// patience is how long a test waits for what has to come at once.
const patience = 20 * time.Second

// fillPool takes every connection that the HTTP API has for reading, until the
// test ends.
func fillPool(t *testing.T, node Node) {
	t.Helper()
	for range node.Conns {
		rows, err := node.DB.Querier().Query(t.Context(), "SELECT 1")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(rows.Close)
	}
	// Nobody gives a connection back, so however short the wait, it shows that
	// there was none left.
	limited, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := node.DB.Ping(limited); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the pool is not full: %v", err)
	}
}
