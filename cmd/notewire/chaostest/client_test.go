package chaostest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"nhooyr.io/websocket"

	"notewire/store/feed"
)

// client is one connection that watches the local timeline with a cursor.
type client struct {
	t      *testing.T
	conn   *websocket.Conn
	cursor string
	texts  []string // of the notes that came, in their order
	gaps   []string
}

// watch connects and joins, from the cursor on, and returns when it has.
func watch(t *testing.T, n *node, cursor string) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(n.address(), "http")+"/streaming", nil) //nolint:bodyclose // the library has replaced the body by a copy
	if err != nil {
		t.Fatalf("%s: %v", n.name, err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	c := &client{t: t, conn: conn}
	err = send(ctx, conn, "connect", map[string]any{"channel": "localTimeline", "id": "1", "params": map[string]any{"cursor": cursor}, "pong": true})
	if err != nil {
		t.Fatal(err)
	}
	for c.cursor == "" {
		c.read()
	}
	return c
}

// read takes one frame in. It answers the code if the connection was closed.
func (c *client) read() (closed websocket.StatusCode) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	_, raw, err := c.conn.Read(ctx)
	var end websocket.CloseError
	switch {
	case errors.As(err, &end):
		return end.Code
	case err != nil:
		c.t.Fatalf("reading, after %q: %v", c.texts, err)
	}
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		c.t.Fatal(err)
	}
	c.cursor = f.Body.Cursor
	if f.Type != "channel" {
		return 0
	}
	var body content
	if err := json.Unmarshal(f.Body.Body, &body); err != nil {
		c.t.Fatal(err)
	}
	switch {
	case f.Body.Type == "gap":
		c.gaps = append(c.gaps, body.Reason)
	case body.Text != nil:
		c.texts = append(c.texts, *body.Text)
	}
	return 0
}

// until reads until a note with this text has come.
func (c *client) until(text string) {
	c.t.Helper()
	for !slices.Contains(c.texts, text) {
		if code := c.read(); code != 0 {
			c.t.Fatalf("closed with %d before %q came; %q did", code, text, c.texts)
		}
	}
}

// closed reads until the connection is closed, and answers the code.
func (c *client) closed() websocket.StatusCode {
	c.t.Helper()
	for {
		if code := c.read(); code != 0 {
			return code
		}
	}
}

// skipped is how many ids the last position does not cover.
func (c *client) skipped() (n int64) {
	c.t.Helper()
	p, err := feed.ParseCursor(c.cursor)
	if err != nil {
		c.t.Fatalf("cursor %q: %v", c.cursor, err)
	}
	for _, r := range p.Skipped() {
		n += r.Len()
	}
	return n
}
