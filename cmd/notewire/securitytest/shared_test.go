package securitytest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"
	"testing"

	"notewire/channel"
	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
)

// sums are checksums of what is shared: of every frame, as it was when somebody
// was first handed it.
type sums struct {
	mu     sync.Mutex
	frames map[*wire.Frame]uint32
	handed int
	broken []string
}

// Send implements channel.Sink. Shards call it at the same time, with the same
// frames: the race detector sees whoever writes to one.
func (s *sums) Send(f *wire.Frame, _ *wire.Gate) {
	sum := crc32.ChecksumIEEE(f.Bytes())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handed++
	if first, known := s.frames[f]; !known {
		s.frames[f] = sum
	} else if first != sum {
		s.broken = append(s.broken, string(f.Bytes()))
	}
}

// Close implements channel.Sink.
func (s *sums) Close(channel.CloseReason) {}

// What viewers share is never changed, whatever each of them gets to see of it:
// the events of a random run, with their hidden replies and own reactions, go to
// several connections of everybody, and every event and frame is in the end what
// it was in the beginning.
func TestSharedObjectsStayAsTheyWere(t *testing.T) {
	w := newLeaks(t, 20261121)
	for range 6 {
		w.round()
	}
	log, err := w.db.EventLog().Read(t.Context(), 0, nil, 100000)
	if err != nil {
		t.Fatal(err)
	}
	hub, err := channel.NewHub(channel.Config{Loader: w.db.Queries(), Shards: 4, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- hub.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()

	all := &sums{frames: map[*wire.Frame]uint32{}}
	for _, v := range w.viewers {
		for conn := range 3 {
			who := store.Access{}
			if v.token != "" {
				who = store.Access{UserID: v.id, TokenID: fmt.Sprint(conn), Native: true}
			}
			m, err := hub.Join(t.Context(), channel.Connection{Access: who, Sink: all})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Leave()
			m.Connect(protocol.Connect{Channel: "main", ID: "main"})
			for _, j := range joined {
				m.Connect(protocol.Connect{Channel: j.channel, ID: []string{j.id, "1", "other " + j.id}[conn]})
			}
		}
	}

	type kept struct {
		row   *store.Event
		event channel.Prepared
		sum   uint32
	}
	var shared []kept
	var events []channel.LoggedEvent
	for i := range log.Events {
		row := &log.Events[i]
		e, err := channel.Prepare(row)
		if err != nil {
			t.Fatal(err)
		}
		if _, relation := e.(*channel.RelationEvent); relation {
			continue // everybody stays as they stand now
		}
		if n, ok := e.(*channel.NoteEvent); ok {
			did := map[store.UserID]map[store.NoteID]store.Participation{}
			for i, f := range []*store.NoteFacts{n.Facts().Reply, n.Facts().Renote} {
				if f != nil {
					did[w.people[i].id] = map[store.NoteID]store.Participation{f.ID: {Reaction: "👍", Votes: []int{0}}}
				}
			}
			channel.SetOwn(n, did)
		}
		shared = append(shared, kept{row, e, eventSum(t, row, e)})
		events = append(events, channel.LoggedEvent{Event: e})
	}
	if err := errors.Join(hub.Deliver(t.Context(), events), hub.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, k := range shared {
		if eventSum(t, k.row, k.event) != k.sum {
			t.Errorf("event %d is not what it was: %s", k.row.ID, k.row.Body)
		}
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	for f, sum := range all.frames {
		if crc32.ChecksumIEEE(f.Bytes()) != sum {
			all.broken = append(all.broken, string(f.Bytes()))
		}
	}
	if len(all.broken) > 0 {
		t.Errorf("%d frames were changed: %s", len(all.broken), all.broken[0])
	}
	t.Logf("%d events, %d frames handed over %d times", len(shared), len(all.frames), all.handed)
	if all.handed <= len(all.frames) || len(all.frames) < 50 {
		t.Error("next to nothing was shared")
	}
}

// eventSum is a checksum of an event: of its row, and of what was made of it.
func eventSum(t *testing.T, row *store.Event, e channel.Prepared) uint32 {
	t.Helper()
	var facts *store.NoteFacts
	if carries, ok := e.(interface{ Facts() *store.NoteFacts }); ok {
		facts = carries.Facts()
	}
	b, err := json.Marshal([]any{row.Body, row.Facts, e, facts})
	if err != nil {
		t.Fatal(err)
	}
	return crc32.ChecksumIEEE(b)
}
