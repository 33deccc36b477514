package securitytest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"notewire/api/socket"
	"notewire/cmd/notewire/app"
)

// A handshake that does not get on is ended, whether nothing comes or a byte at
// a time; it has no more than its time.
func TestSlowHandshake(t *testing.T) {
	n := startNode(t, onSQLite(t), func(cfg *app.Config) { cfg.Streaming.Socket.HandshakeTimeout = 300 * time.Millisecond })
	silent, slow := n.dial(), n.dial()
	go func() {
		for _, b := range []byte("GET /streaming HTTP/1.1\r\nHost: " + strings.Repeat("x", 1<<12)) {
			if _, err := slow.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond) // that is what it does
		}
	}()
	for name, c := range map[string]*rawClient{"silent": silent, "a byte at a time": slow} {
		if answer, err := io.ReadAll(c.br); errors.Is(err, os.ErrDeadlineExceeded) || strings.Contains(string(answer), " 101 ") {
			t.Errorf("%s: %q %v", name, answer, err)
		}
		_ = c.Close()
	}
	n.open("").alive()
}

// Connections are bounded per user and per address, where the address is what a
// trusted proxy says and not what the client says; the one that goes makes room.
func TestConnectionsAreBounded(t *testing.T) {
	n := startNode(t, onSQLite(t), func(cfg *app.Config) {
		cfg.Streaming.MaxPerUser, cfg.Streaming.MaxPerAddress = 3, 4
		cfg.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	n.signUp("root")
	bob := n.signUp("bob")
	open := map[string]*rawClient{} // the last of each address
	from := func(token, forwarded string) int {
		c := n.dial()
		open[forwarded] = c
		path := "/streaming"
		if token != "" {
			path += "?i=" + token
		}
		c.write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: " + forwarded + "\r\n\r\n"))
		res, err := http.ReadResponse(c.br, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	for i := range 3 {
		if got := from(bob.token, fmt.Sprintf("203.0.113.%d", i)); got != http.StatusSwitchingProtocols {
			t.Errorf("connection %d of a user: %d", i, got)
		}
	}
	if got := from(bob.token, "203.0.113.9"); got != http.StatusTooManyRequests {
		t.Errorf("one too many of a user: %d", got)
	}
	for i := range 4 { // what the client itself put in front makes no new address
		if got := from("", fmt.Sprintf("192.0.2.%d, 198.51.100.1", i)); got != http.StatusSwitchingProtocols {
			t.Errorf("connection %d of an address: %d", i, got)
		}
	}
	if got := from("", "192.0.2.77, 198.51.100.1"); got != http.StatusTooManyRequests {
		t.Errorf("one too many of an address: %d", got)
	}
	if got := from("", "198.51.100.2"); got != http.StatusSwitchingProtocols {
		t.Errorf("another address: %d", got)
	}
	for i := range 6 {
		if got := from("", "127.0.0.1"); got != http.StatusSwitchingProtocols {
			t.Errorf("loopback %d: %d", i, got)
		}
	}
	if got := n.stats.Refusals(socket.RefusedTooMany); got != 2 {
		t.Errorf("%d refusals were counted", got)
	}
	// Whose connection goes, a user's and an address's, makes room for one.
	_ = open["203.0.113.2"].Close()
	_ = open["192.0.2.3, 198.51.100.1"].Close()
	n.counted(socket.LabelGone, 2)
	for _, c := range []struct{ name, token, forwarded string }{{"user", bob.token, "203.0.113.2"}, {"address", "", "192.0.2.3, 198.51.100.1"}} {
		n.eventually("there is no room after one of the "+c.name+" has gone", func() bool {
			return from(c.token, c.forwarded) == http.StatusSwitchingProtocols
		})
		if got := from(c.token, c.forwarded); got != http.StatusTooManyRequests {
			t.Errorf("one of the %s that went made room for more than one: %d", c.name, got)
		}
	}
}

// As many as may be joined and captured are, at once, and the next one is not.
func TestChannelsAndCapturesAreBounded(t *testing.T) {
	n := startNode(t, onSQLite(t), func(cfg *app.Config) { cfg.Streaming.MaxChannels, cfg.Streaming.MaxCaptures = 5, 10 })
	n.signUp("root")
	bob := n.signUp("bob")
	c := n.open(bob.token)
	c.join("main", "m", nil)
	for i := range 4 {
		c.join("localTimeline", fmt.Sprint("l", i), nil)
	}
	c.say("connect", map[string]any{"channel": "localTimeline", "id": "one too many", "pong": true})
	c.say("disconnect", map[string]any{"id": "l0"})
	c.join("localTimeline", "room", nil)
	for _, f := range c.seen() {
		if f.brief() == "connected one too many" {
			t.Error("one channel too many was joined")
		}
	}
	var notes []string
	for range 11 {
		note, _ := n.must(bob.token, "notes/create", map[string]any{"text": "x"})["createdNote"].(map[string]any)
		notes = append(notes, str(note["id"]))
		c.say("subNote", map[string]any{"id": str(note["id"])})
	}
	c.say("disconnect", map[string]any{"id": "l1"})
	c.join("localTimeline", "fence", nil)
	for _, id := range notes {
		n.must(bob.token, "notes/reactions/create", map[string]any{"noteId": id, "reaction": "👍"})
	}
	c.wait("noteUpdated " + notes[10])
	heard := map[string]int{}
	for _, f := range c.seen() {
		if f.Type == "noteUpdated" {
			heard[f.Body.ID]++
		}
	}
	for i, id := range notes {
		if want := min(i, 1); heard[id] != want {
			t.Errorf("capture %d told %d times, want %d", i, heard[id], want)
		}
	}
}

// An upgrade is never redirected, which browsers do not follow, though a request
// with the same path is.
func TestUpgradeIsNotRedirected(t *testing.T) {
	n := startNode(t, onSQLite(t), nil)
	for _, path := range []string{"//streaming", "/./streaming", "/x/../streaming", "/streaming/."} {
		for upgrade, want := range map[string]string{
			"": " 307 ", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n": " 101 ",
		} {
			c := n.dial()
			c.write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + upgrade + "\r\n"))
			if line, err := c.br.ReadString('\n'); err != nil || !strings.Contains(line, want) {
				t.Errorf("%s, %q: %q, %v", path, upgrade, line, err)
			}
		}
	}
}
