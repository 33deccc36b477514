package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	//lint:ignore SA1019 chosen with the server: its client is the same code's other half
	"nhooyr.io/websocket"
)

// frameTimeout bounds each wait for a frame.
const frameTimeout = 15 * time.Second

// frame is a frame that came from the server.
type frame struct {
	raw  json.RawMessage
	kind string          // "channel", "connected", "noteUpdated", …
	id   string          // body.id
	name string          // body.type
	body json.RawMessage // body.body
}

// parseFrame reads a text frame; ok is false when it is not an object with a type.
func parseFrame(raw []byte) (frame, bool) {
	var outer struct {
		Type string          `json:"type"`
		Body json.RawMessage `json:"body"`
	}
	if json.Unmarshal(raw, &outer) != nil || outer.Type == "" {
		return frame{raw: raw}, false
	}
	f := frame{raw: raw, kind: outer.Type}
	var inner struct {
		ID   any             `json:"id"`
		Type any             `json:"type"`
		Body json.RawMessage `json:"body"`
	}
	if json.Unmarshal(outer.Body, &inner) == nil {
		f.id, _ = inner.ID.(string)
		f.name, _ = inner.Type.(string)
		f.body = inner.Body
	}
	return f, true
}

// stream is a connection. Its frames are kept for the whole of its life.
type stream struct {
	label string
	conn  *websocket.Conn

	mu      sync.Mutex
	frames  []frame
	changed chan struct{} // closed and replaced whenever frames or ended changes
	ended   error

	done chan struct{} // closed when the reader has gone

	read    int // main goroutine: frames before this were looked at
	pending int // main goroutine: sends since the last barrier
	probes  int
}

// openStream connects; an empty token is an anonymous connection.
func openStream(ctx context.Context, base, label, token string) (*stream, error) {
	address := "ws" + strings.TrimPrefix(base, "http") + "/streaming"
	if token != "" {
		address += "?i=" + url.QueryEscape(token)
	}
	ctx, cancel := context.WithTimeout(ctx, frameTimeout)
	defer cancel()
	//nolint:bodyclose // the library says that the response's body need not be closed
	conn, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil, fmt.Errorf("connecting %s: %w", label, err)
	}
	conn.SetReadLimit(8 << 20)
	s := &stream{label: label, conn: conn, changed: make(chan struct{}), done: make(chan struct{})}
	//nolint:gosec // G118: the reader lives as long as the connection, not as long as the dial
	go s.readAll()
	return s, nil
}

// readAll keeps every frame until the connection ends.
func (s *stream) readAll() {
	defer close(s.done)
	for {
		_, raw, err := s.conn.Read(context.Background())
		s.mu.Lock()
		if err != nil {
			s.ended = err
		} else {
			f, _ := parseFrame(raw)
			s.frames = append(s.frames, f)
		}
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// send writes a text frame.
func (s *stream) send(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, frameTimeout)
	defer cancel()
	s.pending++
	if err := s.conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		return fmt.Errorf("sending on %s: %w", s.label, err)
	}
	return nil
}

// sendJSON writes {type, body}.
func (s *stream) sendJSON(ctx context.Context, kind string, body any) error {
	raw, err := json.Marshal(map[string]any{"type": kind, "body": body})
	if err != nil {
		return fmt.Errorf("encoding a frame: %w", err)
	}
	return s.send(ctx, string(raw))
}

// await waits until enough(frames) holds and returns the number of frames then.
func (s *stream) await(ctx context.Context, what string, enough func([]frame) bool) (int, error) {
	timeout := time.NewTimer(frameTimeout)
	defer timeout.Stop()
	for {
		s.mu.Lock()
		frames, changed, ended := s.frames, s.changed, s.ended
		s.mu.Unlock()
		if enough(frames) {
			return len(frames), nil
		}
		if ended != nil {
			return 0, fmt.Errorf("%s ended while waiting for %s: %w", s.label, what, ended)
		}
		select {
		case <-changed:
		case <-timeout.C:
			return 0, fmt.Errorf("%s: no %s within %s", s.label, what, frameTimeout)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// awaitFrom waits for a frame, at or after position from, that matches, and returns its position and itself.
func (s *stream) awaitFrom(ctx context.Context, from int, what string, matches func(frame) bool) (int, frame, error) {
	position := -1
	_, err := s.await(ctx, what, func(frames []frame) bool {
		for i := from; i < len(frames); i++ {
			if matches(frames[i]) {
				position = i
				return true
			}
		}
		return false
	})
	if err != nil {
		return 0, frame{}, err
	}
	return position, s.all()[position], nil
}

// all returns the frames so far.
func (s *stream) all() []frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frames
}

const probePrefix = "probe-"

// flush waits until the server has read everything that was sent: frames of a connection are handled in order, so
// the answer to a connect of our own comes after them.
func (s *stream) flush(ctx context.Context) error {
	if s.pending == 0 {
		return nil
	}
	s.probes++
	id := fmt.Sprintf("%s%d", probePrefix, s.probes)
	from := len(s.all())
	if err := s.sendJSON(ctx, "connect", map[string]any{"channel": "localTimeline", "id": id, "pong": true}); err != nil {
		return err
	}
	if _, _, err := s.awaitFrom(ctx, from, "answer to a probe", func(f frame) bool { return f.kind == "connected" && f.id == id }); err != nil {
		return err
	}
	if err := s.sendJSON(ctx, "disconnect", map[string]any{"id": id}); err != nil {
		return err
	}
	s.pending = 0
	return nil
}

// join connects a channel and waits for the answer.
func (s *stream) join(ctx context.Context, channel, id string, params map[string]any) error {
	body := map[string]any{"channel": channel, "id": id, "pong": true}
	if params != nil {
		body["params"] = params
	}
	from := len(s.all())
	if err := s.sendJSON(ctx, "connect", body); err != nil {
		return err
	}
	_, _, err := s.awaitFrom(ctx, from, "connected "+id, func(f frame) bool { return f.kind == "connected" && f.id == id })
	return err
}

// ping sends a protocol ping and waits for the pong.
func (s *stream) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, frameTimeout)
	defer cancel()
	if err := s.conn.Ping(ctx); err != nil {
		return fmt.Errorf("pinging on %s: %w", s.label, err)
	}
	return nil
}

// awaitClose waits until the server closed the connection and returns the close code.
func (s *stream) awaitClose(ctx context.Context) (int, error) {
	select {
	case <-s.done:
	case <-time.After(frameTimeout):
		return 0, errors.New(s.label + " was not closed within " + frameTimeout.String())
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return int(websocket.CloseStatus(s.ended)), nil
}

// unread returns the frames before the position that were not looked at yet, without those of the machinery.
func (s *stream) unread(markerNote string, position int) []frame {
	out := slices.DeleteFunc(slices.Clone(s.all()[s.read:position]), func(f frame) bool { return f.id == markerNote || isProbe(f) })
	s.read = position
	return out
}

// close ends the connection and its reader.
func (s *stream) close() {
	_ = s.conn.Close(websocket.StatusNormalClosure, "")
	<-s.done
}
