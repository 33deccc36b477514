package securitytest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"nhooyr.io/websocket"
)

// frame is one frame from the server.
type frame struct {
	raw  []byte
	Type string `json:"type"`
	Body struct {
		ID   string          `json:"id"`
		Type string          `json:"type"`
		Body json.RawMessage `json:"body"`
	} `json:"body"`
}

// client is a websocket that collects what it is sent.
type client struct {
	testing.TB
	conn *websocket.Conn

	mu      sync.Mutex
	frames  []frame
	taken   int             // frames that wait has looked at
	code    int             // of the close frame, or -1; once done
	done    chan struct{}   // closed at the end
	waiting []chan struct{} // closed at the next frame
}

// open connects; an empty token is nobody.
func (n *node) open(token string) *client {
	n.Helper()
	c, status := n.tryOpen(token)
	if c == nil {
		n.Fatalf("the handshake was answered with %d", status)
	}
	return c
}

// tryOpen connects, or answers nil and the status.
func (n *node) tryOpen(token string) (*client, int) {
	n.Helper()
	url := n.url + "/streaming"
	if token != "" {
		url += "?i=" + token
	}
	ctx, cancel := context.WithTimeout(n.Context(), patience)
	defer cancel()
	// A transport of its own, so that no connection of a refused one is kept.
	conn, res, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	if res != nil && res.Body != nil {
		_ = res.Body.Close() // of a 101 it is empty
	}
	if err != nil {
		if res == nil {
			n.Fatal(err)
		}
		return nil, res.StatusCode
	}
	conn.SetReadLimit(1 << 20)
	c := &client{TB: n.TB, conn: conn, done: make(chan struct{})}
	go c.read()
	n.Cleanup(func() {
		_ = conn.CloseNow()
		<-c.done
	})
	return c, http.StatusSwitchingProtocols
}

func (c *client) read() {
	defer close(c.done)
	for {
		_, raw, err := c.conn.Read(context.Background())
		if err != nil {
			c.mu.Lock()
			c.code = int(websocket.CloseStatus(err))
			c.mu.Unlock()
			return
		}
		f := frame{raw: raw}
		_ = json.Unmarshal(raw, &f) // noteUpdated and channel have the same shape; others are told by their raw text
		c.mu.Lock()
		c.frames = append(c.frames, f)
		for _, w := range c.waiting {
			close(w)
		}
		c.waiting = nil
		c.mu.Unlock()
	}
}

// say sends a text frame.
func (c *client) say(typ string, body map[string]any) {
	c.Helper()
	b, err := json.Marshal(map[string]any{"type": typ, "body": body})
	if err != nil {
		c.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(c.Context(), patience)
	defer cancel()
	if err := c.conn.Write(ctx, websocket.MessageText, b); err != nil {
		c.Fatal(err)
	}
}

// join joins a channel under an id and waits until it is joined, and so until
// everything that was said before was done.
func (c *client) join(channel, id string, params map[string]any) {
	c.Helper()
	c.say("connect", map[string]any{"channel": channel, "id": id, "params": params, "pong": true})
	c.wait("connected " + id)
}

// brief is a frame in a few words.
func (f *frame) brief() string {
	return strings.TrimSpace(f.Type + " " + f.Body.ID + " " + f.Body.Type)
}

// wait waits for a frame whose brief begins so, passing over others, which
// seen keeps.
func (c *client) wait(brief string) frame {
	c.Helper()
	deadline := time.After(patience)
	for {
		c.mu.Lock()
		for c.taken < len(c.frames) {
			f := c.frames[c.taken]
			c.taken++
			if strings.HasPrefix(f.brief(), brief) {
				c.mu.Unlock()
				return f
			}
		}
		next := make(chan struct{})
		c.waiting = append(c.waiting, next)
		c.mu.Unlock()
		select {
		case <-next:
		case <-c.done:
			c.Fatalf("closed with %d while waiting for %q", c.code, brief)
		case <-deadline:
			c.Fatalf("%q does not come; there were %d frames", brief, len(c.seen()))
		}
	}
}

// seen are all frames so far.
func (c *client) seen() []frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.frames[:len(c.frames):len(c.frames)]
}

// forget lets go of the frames so far.
func (c *client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frames, c.taken = nil, 0
}

// closed waits for the end and answers the code of the close frame, -1 without
// one.
func (c *client) closed() int {
	c.Helper()
	select {
	case <-c.done:
	case <-time.After(patience):
		c.Fatal("the connection is not closed")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code
}

// alive checks that the connection is open and served.
func (c *client) alive() {
	c.Helper()
	c.say("connect", map[string]any{"channel": "localTimeline", "id": "alive", "pong": true})
	c.wait("connected alive")
}
