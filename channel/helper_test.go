package channel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testSink keeps what it is sent. Frames whose gate is shut when they are
// taken are left out, as a connection's queue does it.
type testSink struct {
	mu      sync.Mutex
	frames  []sent
	reasons []CloseReason
}

type sent struct {
	frame *wire.Frame
	gate  *wire.Gate
}

func (s *testSink) Send(f *wire.Frame, gate *wire.Gate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames = append(s.frames, sent{f, gate})
}

func (s *testSink) Close(why CloseReason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reasons = append(s.reasons, why)
}

// take answers the frames so far, and forgets them.
func (s *testSink) take() (frames []*wire.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.frames {
		if f.gate.Open() {
			frames = append(frames, f.frame)
		}
	}
	s.frames = nil
	return frames
}

// closed answers why the connection was asked to close.
func (s *testSink) closed() []CloseReason {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]CloseReason(nil), s.reasons...)
}

// frame is a frame as a client reads it.
type frame struct {
	Type string `json:"type"`
	Body struct {
		ID   string          `json:"id"`
		Type string          `json:"type"`
		Body json.RawMessage `json:"body"`
	} `json:"body"`
}

// brief tells frames in short: "connected a", "a note n1", "a mention n2".
func (s *testSink) brief(t *testing.T) (out []string) {
	t.Helper()
	for _, f := range s.take() {
		var x frame
		if err := json.Unmarshal(f.Payload(), &x); err != nil {
			t.Fatalf("a frame that is not JSON: %v: %s", err, f.Payload())
		}
		switch x.Type {
		case "channel":
			var body struct {
				ID string `json:"id"`
			}
			_ = json.Unmarshal(x.Body.Body, &body) // null and the like have no id
			b := x.Body.ID + " " + x.Body.Type
			if body.ID != "" {
				b += " " + body.ID
			}
			out = append(out, b)
		case "connected":
			out = append(out, "connected "+x.Body.ID)
		default:
			out = append(out, x.Type)
		}
	}
	return out
}

// testLoader answers from a map, through a hook if there is one.
type testLoader struct {
	mu    sync.Mutex
	users map[store.UserID]*store.Relations
	hook  func(ctx context.Context, id store.UserID) error
	calls map[store.UserID]int
}

func newLoader() *testLoader {
	return &testLoader{users: map[store.UserID]*store.Relations{}, calls: map[store.UserID]int{}}
}

func (l *testLoader) RelationLists(ctx context.Context, id store.UserID) (*store.RelationLists, error) {
	l.mu.Lock()
	l.calls[id]++
	r, hook := listsOf(l.users[id], id), l.hook
	l.mu.Unlock()
	if hook != nil {
		if err := hook(ctx, id); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// called answers how often me was loaded.
func (l *testLoader) called() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls["me"]
}

// listsOf is what a loader answers for the relations; nil: of nobody.
func listsOf(r *store.Relations, id store.UserID) *store.RelationLists {
	l := &store.RelationLists{UserID: id}
	if r == nil {
		return l
	}
	for u, withReplies := range r.Following {
		l.Following = append(l.Following, store.Followee{ID: u, WithReplies: withReplies})
	}
	l.Muting = slices.Collect(maps.Keys(r.Muting))
	l.RenoteMuting = slices.Collect(maps.Keys(r.RenoteMuting))
	l.BlockedBy = slices.Collect(maps.Keys(r.BlockedBy))
	l.MutedInstances = slices.Collect(maps.Keys(r.MutedInstances))
	l.FollowedChannels = slices.Collect(maps.Keys(r.FollowedChannels))
	return l
}

// rig is a running hub.
type rig struct {
	t      *testing.T
	hub    *Hub
	loader *testLoader
}

func newRig(t *testing.T, cfg Config) *rig {
	t.Helper()
	r := &rig{t: t, loader: newLoader()}
	if cfg.Loader == nil {
		cfg.Loader = r.loader
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	h, err := NewHub(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.hub = h
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run answered %v", err)
		}
	})
	return r
}

func who(id store.UserID) store.Access {
	if id == "" {
		return store.Access{}
	}
	return store.Access{UserID: id, TokenID: "token-" + string(id), Native: true}
}

// join brings a connection of the user in; empty for anonymous.
func (r *rig) join(id store.UserID) (*Member, *testSink) {
	r.t.Helper()
	s := &testSink{}
	m, err := r.hub.Join(r.t.Context(), Connection{Access: who(id), Sink: s})
	if err != nil {
		r.t.Fatalf("join: %v", err)
	}
	return m, s
}

func (r *rig) deliver(events ...Prepared) {
	r.t.Helper()
	if err := r.hub.Deliver(context.Background(), nowhere(events)); err != nil {
		r.t.Fatalf("deliver: %v", err)
	}
}

// nowhere are events that come from no log.
func nowhere(events []Prepared) []LoggedEvent {
	out := make([]LoggedEvent, len(events))
	for i, e := range events {
		out[i].Event = e
	}
	return out
}

// flush waits until everything so far is done.
func (r *rig) flush() {
	r.t.Helper()
	if err := r.hub.Flush(context.Background()); err != nil {
		r.t.Fatalf("flush: %v", err)
	}
}

func connect(channel, id, params string) protocol.Connect {
	c := protocol.Connect{Channel: channel, ID: id}
	if params != "" {
		c.Params = protocol.Params(params)
	}
	return c
}

// noteFactsBy makes a public note of a local author.
func noteFactsBy(id store.NoteID, author store.UserID) *store.NoteFacts {
	return &store.NoteFacts{ID: id, HasText: true, Audience: store.Audience{UserID: author, Visibility: store.Public}}
}

// posted makes the event of a note whose packed form has what matters here.
func posted(f *store.NoteFacts) *NoteEvent {
	return NewNoteEvent(f, protocol.RawPayload(packed(f)))
}

func packed(f *store.NoteFacts) []byte {
	m := map[string]any{
		"id": f.ID, "userId": f.UserID, "visibility": f.Visibility,
		"user": map[string]any{"id": f.UserID, "host": nil}, "text": "text of " + string(f.ID), "cw": nil,
		"fileIds": []string{}, "files": []any{}, "replyId": nil, "renoteId": nil,
	}
	if f.UserHost != "" {
		m["user"] = map[string]any{"id": f.UserID, "host": f.UserHost}
	}
	if f.Visibility == store.Specified {
		m["visibleUserIds"] = f.VisibleUserIDs
	}
	if len(f.Mentions) > 0 {
		m["mentions"] = f.Mentions
	}
	if f.ReplyID != "" {
		m["replyId"] = f.ReplyID
	}
	if f.RenoteID != "" {
		m["renoteId"] = f.RenoteID
		if !f.HasText {
			m["text"] = nil
		}
	}
	if f.VoteCount > 0 {
		m["poll"] = json.RawMessage(`{"multiple":false,"choices":[{"text":"a","votes":1,"isVoted":false},{"text":"b","votes":0,"isVoted":false}]}`)
	}
	if f.Reply != nil {
		m["reply"] = json.RawMessage(packed(f.Reply))
	}
	if f.Renote != nil {
		m["renote"] = json.RawMessage(packed(f.Renote))
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}

// relation makes the event of a changed relation.
func relation(typ string, c store.RelationChange) *RelationEvent {
	return &RelationEvent{Type: typ, Change: &c}
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
