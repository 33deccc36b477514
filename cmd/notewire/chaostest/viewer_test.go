package chaostest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"nhooyr.io/websocket"

	"notewire/store"
)

// sentinel begins the text of the last note of a run. Whoever has it has all
// that was committed before it.
const sentinel = "sentinel"

// How a viewer captures: every captureEvery-th note that it sees in a
// timeline, and it lets the oldest go past captureMost.
const (
	captureEvery = 4
	captureMost  = 40
)

// viewer is a client with cursors that comes back, to any node, whenever its
// connection ends. Its goroutine owns everything but conn.
type viewer struct {
	who      account // without a token: anonymous
	fleet    fleet
	rand     *rand.Rand
	subs     []*subscription
	captures []*capture // live ones and those let go
	captured map[store.NoteID]*capture
	notes    int
	// last is the note whose reaction ends a run. It is captured when every
	// channel has had the sentinel, from the cursor there: captures are resumed
	// in the order in which they were asked for, so what happened to any other
	// note is known by then.
	last       store.NoteID
	lastCursor string
	ended      bool

	ready chan struct{} // closed when every channel has its first cursor
	done  chan struct{} // closed when every channel and the captures have had the sentinel

	connects int
	refusals map[string]int // upgrades that failed, by what was answered
	closes   map[string]int // connections that ended, by how
	gaps     map[string]int
	faults   []string // what no client may ever see

	mu   sync.Mutex
	conn *websocket.Conn // nil: between connections
}

// subscription is one channel of a viewer, over all its connections.
type subscription struct {
	id, channel string
	params      map[string]any
	first       string // its first cursor: what it covers is not expected
	cursor      string
	received    []receipt
	finished    bool // has had the sentinel
}

// receipt is one event that a channel brought.
type receipt struct {
	kind   string       // the event's type
	object string       // the id of its body: a note or a notification
	note   store.NoteID // of a notification: the note that it is about
	shown  []store.NoteID
	cursor string
}

// capture is one captured note of a viewer, over all its connections.
type capture struct {
	note     store.NoteID
	from     string // the cursor from which it counts
	cursor   string // the last one
	received []string
	live     bool
}

func newViewer(who account, f fleet, last store.NoteID, seed uint64, subs ...*subscription) *viewer {
	return &viewer{
		who: who, fleet: f, last: last, rand: rand.New(rand.NewPCG(seed, 1)), subs: subs, captured: map[store.NoteID]*capture{},
		ready: make(chan struct{}), done: make(chan struct{}),
		refusals: map[string]int{}, closes: map[string]int{}, gaps: map[string]int{},
	}
}

// run connects again and again until ctx ends.
func (v *viewer) run(ctx context.Context) {
	for ctx.Err() == nil {
		how, err := v.connection(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			v.refusals[how]++
			select {
			case <-time.After(time.Duration(20+v.rand.IntN(80)) * time.Millisecond):
			case <-ctx.Done():
			}
		default:
			v.closes[how]++
		}
	}
}

// connection is one connection, from the upgrade to its end. How says in a
// word how it ended; err that it was not made.
func (v *viewer) connection(ctx context.Context) (how string, err error) {
	url, err := v.fleet.pick(v.rand)
	if err != nil {
		return "no node", err
	}
	target := "ws" + strings.TrimPrefix(url, "http") + "/streaming"
	if v.who.token != "" {
		target += "?i=" + v.who.token
	}
	dial, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, res, err := websocket.Dial(dial, target, &websocket.DialOptions{ //nolint:bodyclose // the library has replaced the body by a copy
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
	if err != nil {
		if res != nil {
			return fmt.Sprint(res.StatusCode), err
		}
		return "unreachable", err
	}
	defer func() { _ = conn.CloseNow() }()
	v.connects++
	conn.SetReadLimit(1 << 20)
	v.mu.Lock()
	v.conn = conn
	v.mu.Unlock()
	defer func() {
		v.mu.Lock()
		v.conn = nil
		v.mu.Unlock()
	}()
	if err := v.join(ctx, conn); err != nil {
		return "cut", nil
	}
	for {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			var closed websocket.CloseError
			if errors.As(err, &closed) {
				return fmt.Sprint(int(closed.Code)), nil
			}
			return "cut", nil
		}
		if err := v.take(ctx, conn, frame); err != nil {
			return err.Error(), nil
		}
	}
}

// cut ends the present connection, if there is one: politely, or at once.
func (v *viewer) cut(polite bool) {
	v.mu.Lock()
	conn := v.conn
	v.mu.Unlock()
	switch {
	case conn == nil:
	case polite:
		_ = conn.Close(websocket.StatusNormalClosure, "") // the server may be stopped
	default:
		_ = conn.CloseNow()
	}
}

func send(ctx context.Context, conn *websocket.Conn, typ string, body any) error {
	frame, err := json.Marshal(map[string]any{"type": typ, "body": body})
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, frame)
}

// join joins every channel and captures every note, from the last cursors on.
func (v *viewer) join(ctx context.Context, conn *websocket.Conn) error {
	for _, s := range v.subs {
		params := map[string]any{"cursor": s.cursor}
		for name, value := range s.params {
			params[name] = value
		}
		if err := send(ctx, conn, "connect", map[string]any{"channel": s.channel, "id": s.id, "params": params, "pong": true}); err != nil {
			return err
		}
	}
	for _, c := range v.captures {
		if !c.live {
			continue
		}
		if err := send(ctx, conn, "subNote", map[string]any{"id": c.note, "cursor": c.cursor}); err != nil {
			return err
		}
	}
	return v.finish(ctx, conn)
}

// finish captures the last note, if it is time.
func (v *viewer) finish(ctx context.Context, conn *websocket.Conn) error {
	if v.lastCursor == "" {
		return nil
	}
	return send(ctx, conn, "subNote", map[string]any{"id": v.last, "cursor": v.lastCursor})
}

// frame is whatever the server sends.
type frame struct {
	Type string
	Body struct {
		ID     string
		Type   string
		Cursor string
		Body   json.RawMessage
	}
}

// content is what the oracle needs of a note or a notification.
type content struct {
	ID       string
	Text     *string
	FileIDs  []string
	Note     *content
	Reply    *content
	Renote   *content
	Reaction string
	UserID   store.UserID
	Reason   string
}

// take takes one frame in. Its error ends the connection, which the report
// tells.
func (v *viewer) take(ctx context.Context, conn *websocket.Conn, raw []byte) error {
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		return fmt.Errorf("a frame that is no JSON: %w", err)
	}
	if f.Body.Cursor == "" {
		v.fault("a frame without a cursor: %.200s", raw)
		return nil
	}
	switch f.Type {
	case "connected", "channel":
		for _, s := range v.subs {
			if s.id == f.Body.ID {
				return v.heard(ctx, conn, s, &f)
			}
		}
		v.fault("a frame of no channel: %.200s", raw)
	case "noteUpdated":
		v.updated(&f, raw)
	default:
		v.fault("an unknown frame: %.200s", raw)
	}
	return nil
}

func (v *viewer) heard(ctx context.Context, conn *websocket.Conn, s *subscription, f *frame) error {
	s.cursor = f.Body.Cursor
	if s.first == "" {
		s.first = s.cursor
	}
	if f.Type == "connected" {
		v.check()
		return nil
	}
	var c content
	if err := json.Unmarshal(f.Body.Body, &c); err != nil {
		return fmt.Errorf("a body that cannot be read: %w", err)
	}
	if f.Body.Type == "gap" {
		v.gaps[c.Reason]++
		return nil
	}
	r := receipt{kind: f.Body.Type, object: c.ID, shown: c.shown()}
	if c.Note != nil {
		r.note = store.NoteID(c.Note.ID)
		r.shown = append(r.shown, c.Note.shown()...)
		r.shown = append(r.shown, r.note)
	}
	if len(s.received)%cursorEvery == 0 {
		r.cursor = f.Body.Cursor
	}
	s.received = append(s.received, r)
	if c.Text != nil && strings.HasPrefix(*c.Text, sentinel) && (s.channel != "main" || f.Body.Type == "mention") {
		s.finished = true
		if v.finished() {
			v.lastCursor = f.Body.Cursor
			if err := v.finish(ctx, conn); err != nil {
				return err
			}
		}
	}
	if f.Body.Type != "note" {
		return nil
	}
	v.notes++
	if v.lastCursor != "" {
		return nil // nothing is captured after the last note
	}
	if id := store.NoteID(c.ID); v.notes%captureEvery == 0 && v.captured[id] == nil {
		return v.capture(ctx, conn, id, f.Body.Cursor)
	}
	return nil
}

// cursorEvery is how many receipts share one kept cursor.
const cursorEvery = 7

// shown are the embedded notes whose content can be read.
func (c *content) shown() []store.NoteID {
	var ids []store.NoteID
	for _, e := range []*content{c.Reply, c.Renote} {
		if e == nil {
			continue
		}
		if e.Text != nil || len(e.FileIDs) > 0 {
			ids = append(ids, store.NoteID(e.ID))
		}
		ids = append(ids, e.shown()...)
	}
	return ids
}

// capture captures a note from the event on that told of it.
func (v *viewer) capture(ctx context.Context, conn *websocket.Conn, id store.NoteID, cursor string) error {
	c := &capture{note: id, from: cursor, cursor: cursor, live: true}
	v.captures = append(v.captures, c)
	v.captured[id] = c
	if err := send(ctx, conn, "subNote", map[string]any{"id": id, "cursor": cursor}); err != nil {
		return err
	}
	if at := len(v.captures) - 1 - captureMost; at >= 0 {
		v.captures[at].live = false
		return send(ctx, conn, "unsubNote", map[string]any{"id": v.captures[at].note})
	}
	return nil
}

func (v *viewer) updated(f *frame, raw []byte) {
	if store.NoteID(f.Body.ID) == v.last {
		v.ended = true
		v.check()
		return
	}
	c := v.captured[store.NoteID(f.Body.ID)]
	if c == nil {
		v.fault("an update of a note that was not captured: %.200s", raw)
		return
	}
	if !c.live {
		return // it was on its way when the capture ended
	}
	c.cursor = f.Body.Cursor
	c.received = append(c.received, updateKey(f.Body.Type, f.Body.Body))
}

// updateKey names one change of a note: no user makes the same one twice.
func updateKey(typ string, body json.RawMessage) string {
	var c content
	_ = json.Unmarshal(body, &c) // then it is equal to nothing that was committed
	return typ + " " + c.Reaction + " " + string(c.UserID)
}

// finished says whether every channel has had the sentinel.
func (v *viewer) finished() bool {
	for _, s := range v.subs {
		if !s.finished {
			return false
		}
	}
	return true
}

// check closes ready and done when it is time.
func (v *viewer) check() {
	closeOnce := func(c chan struct{}, now bool) {
		select {
		case <-c:
		default:
			if now {
				close(c)
			}
		}
	}
	closeOnce(v.ready, !slices.ContainsFunc(v.subs, func(s *subscription) bool { return s.cursor == "" }))
	closeOnce(v.done, v.ended)
}

func (v *viewer) fault(format string, args ...any) {
	if len(v.faults) < 10 {
		v.faults = append(v.faults, fmt.Sprintf(format, args...))
	}
}
