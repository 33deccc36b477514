package streaming

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/api/socket"
	"notewire/api/socket/sockettest"
	"notewire/store"
	"notewire/store/feed"
)

var quiet = slog.New(slog.DiscardHandler)

// testLog is an event log as both a reader and a replay need it.
type testLog interface {
	feed.Source
	EventLog
}

// testPeople knows whoever was given a token, which is their id. They stand in
// no relation to anybody.
type testPeople struct {
	mu           sync.Mutex
	ids          map[store.TokenHash]store.UserID
	suspended    []store.UserID
	suspendedErr error
}

// know gives the user a token.
func (p *testPeople) know(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids == nil {
		p.ids = map[store.TokenHash]store.UserID{}
	}
	p.ids[store.HashToken(id)] = store.UserID(id)
}

func (p *testPeople) AccessByTokenHash(_ context.Context, hash store.TokenHash) (*store.Access, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, ok := p.ids[hash]
	if !ok {
		return nil, store.ErrNotFound
	}
	return &store.Access{UserID: id, TokenID: "t-" + string(id), Native: true}, nil
}

func (p *testPeople) EntryByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Entry, error) {
	a, err := p.AccessByTokenHash(ctx, hash)
	if err != nil {
		return nil, err
	}
	l, err := p.RelationLists(ctx, a.UserID)
	return &store.Entry{Access: *a, Relations: l}, err
}

func (p *testPeople) RelationLists(_ context.Context, id store.UserID) (*store.RelationLists, error) {
	return &store.RelationLists{UserID: id}, nil
}

func (p *testPeople) Participations(context.Context, []store.NoteID, []store.NoteID, []store.UserID) (participations, error) {
	return nil, nil
}

func (p *testPeople) SuspendedUserIDs(context.Context) ([]store.UserID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.suspended, p.suspendedErr
}

func (p *testPeople) MarkAllNotificationsRead(context.Context, store.Identity) error { return nil }

// node is a running server over a log.
type node struct {
	*Server
	people *testPeople
	reader *feed.Reader
	addr   string
	stop   func()
}

// transportOf is a transport that the test's node will run.
func transportOf(t testing.TB, cfg socket.Config) *socket.Transport {
	t.Helper()
	tr, err := socket.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// slowed is a log whose reader can be held up, so that its node falls behind.
type slowed struct {
	testLog
	mu sync.Mutex // held by who holds the reader up
}

func (s *slowed) Read(ctx context.Context, after int64, skipped []feed.Range, limit int) (feed.Read, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.testLog.Read(ctx, after, skipped, limit)
}

// startNode runs a server until stop, or until the test ends. The reader reads
// from source, which is the log, perhaps held up.
func startNode(t testing.TB, log testLog, source feed.Source, change func(*Config)) *node {
	t.Helper()
	return startNodeAmong(t, &testPeople{}, log, source, change)
}

// startNodeFor is a node on a log, among people of whom something is known.
func startNodeFor(t testing.TB, log testLog, people *testPeople) *node {
	t.Helper()
	return startNodeAmong(t, people, log, log, nil)
}

func startNodeAmong(t testing.TB, people *testPeople, log testLog, source feed.Source, change func(*Config)) *node {
	t.Helper()
	cfg := Config{
		Access: people, Relations: people, Participations: people, Suspensions: people, Notifications: people,
		ClientAddr: func(*http.Request) netip.Addr { return netip.MustParseAddr("127.0.0.1") },
		Log:        log,
	}
	if change != nil {
		change(&cfg)
	}
	if cfg.Transport == nil {
		cfg.Transport = transportOf(t, socket.Config{})
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{Server: s, people: people, reader: feed.NewReader(feed.Config{Source: source, Poll: 20 * time.Millisecond, Logger: quiet})}
	at, err := n.reader.Init(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Begin(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.transport.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("running the transport: %v", err)
		}
	})
	wg.Go(func() {
		if err := s.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	})
	wg.Go(func() {
		if err := n.reader.Run(ctx, s.Handle); err != nil && ctx.Err() == nil {
			t.Errorf("reading: %v", err)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.addr = l.Addr().String()
	h := &http.Server{
		Handler: s, ReadHeaderTimeout: s.transport.Limits().HandshakeTimeout,
		ErrorLog: slog.NewLogLogger(quiet.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(l) }()
	n.stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		_ = h.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("serving: %v", err)
		}
	})
	t.Cleanup(n.stop)
	return n
}

// talker is a client that speaks the protocol.
type talker struct {
	*sockettest.Client
	t testing.TB
}

func (n *node) talk(t testing.TB, token string) *talker {
	t.Helper()
	n.people.know(token)
	conn, err := net.Dial("tcp", n.addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(60 * time.Second)); err != nil {
		t.Fatal(err)
	}
	c, head := sockettest.Handshake(t, conn, "/streaming", "Authorization: Bearer "+token+"\r\n")
	if head[:12] != "HTTP/1.1 101" {
		t.Fatalf("refused: %s", head)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &talker{Client: c, t: t}
}

// say sends a frame.
func (k *talker) say(typ string, body map[string]any) {
	k.t.Helper()
	b, err := json.Marshal(map[string]any{"type": typ, "body": body})
	if err != nil {
		k.t.Fatal(err)
	}
	k.Send(k.t, sockettest.Final, 1, b)
}

// connect joins a channel under its own name.
func (k *talker) connect(name string, cursor any) {
	k.t.Helper()
	params := map[string]any{}
	if cursor != nil {
		params["cursor"] = cursor
	}
	k.say("connect", map[string]any{"channel": name, "id": name, "pong": true, "params": params})
}

// heard is a frame as a client of cursors reads it.
type heard struct {
	Type string `json:"type"`
	Body struct {
		ID     string          `json:"id"`
		Type   string          `json:"type"`
		Body   json.RawMessage `json:"body"`
		Cursor *string         `json:"cursor"`
	} `json:"body"`
}

// brief is the frame in short: "channel localTimeline note n1".
func (h heard) brief() string {
	var body struct {
		ID     string `json:"id"`
		Reason string `json:"reason"`
		UserID string `json:"userId"`
	}
	_ = json.Unmarshal(h.Body.Body, &body) // null has none of them
	what := body.ID + body.Reason
	if h.Type == "noteUpdated" {
		what = body.UserID
	}
	return fmt.Sprintf("%s %s %s %s", h.Type, h.Body.ID, h.Body.Type, what)
}

func (h heard) cursor() string {
	if h.Body.Cursor == nil {
		return "none"
	}
	return *h.Body.Cursor
}

// hear reads the next text frame; pings are passed over.
func (k *talker) hear() (heard, error) {
	for {
		f, err := k.Next()
		if err != nil {
			return heard{}, err
		}
		switch f.Op {
		case sockettest.OpPing:
			continue
		case sockettest.OpClose:
			return heard{}, fmt.Errorf("closed with %d %s", f.Code(), f.Payload[2:])
		}
		var h heard
		if err := json.Unmarshal(f.Payload, &h); err != nil {
			return heard{}, fmt.Errorf("%w: %s", err, f.Payload)
		}
		return h, nil
	}
}

// expect reads as many frames as are given, compares them in short, and
// answers them.
func (k *talker) expect(want ...string) []heard {
	k.t.Helper()
	var all []heard
	for i, w := range want {
		h, err := k.hear()
		for err == nil && h.Type == "connected" && !strings.HasPrefix(w, "connected") {
			h, err = k.hear() // a quiet channel's new cursor
		}
		if err != nil {
			k.t.Fatalf("waiting for %q: %v", w, err)
		}
		if got := h.brief(); got != w {
			k.t.Fatalf("frame %d is %q with cursor %s, want %q", i, got, h.cursor(), w)
		}
		all = append(all, h)
	}
	return all
}

// The events that tests write.

func noteBy(id string, author store.UserID) store.NewEvent {
	return store.NewEvent{Topic: store.TopicNotes, Type: "note", Body: fmt.Appendf(nil,
		`{"id":%q,"userId":%q,"user":{"id":%q,"host":null},"visibility":"public","text":"hello","cw":null,"fileIds":[],"files":[],"replyId":null,"renoteId":null}`,
		id, author, author)}
}

func tellMain(user store.UserID, id string) store.NewEvent {
	return store.NewEvent{Topic: store.MainTopic(user), Type: "meUpdated", Body: fmt.Appendf(nil, `{"id":%q}`, id)}
}

func reaction(note, by string) store.NewEvent {
	return store.NewEvent{Topic: store.NoteTopic(store.NoteID(note)), Type: store.NoteReacted, Body: fmt.Appendf(nil,
		`{"id":%q,"userId":"author","visibility":"public","actorId":%q,"body":{"reaction":"👍","userId":%q}}`, note, by, by)}
}

func deletion(note string) store.NewEvent {
	return store.NewEvent{Topic: store.NoteTopic(store.NoteID(note)), Type: store.NoteDeleted, Body: fmt.Appendf(nil,
		`{"id":%q,"userId":"author","visibility":"public","body":{"deletedAt":"2026-01-01T00:00:00.000Z","userId":"nobody"}}`, note)}
}
