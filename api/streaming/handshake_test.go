package streaming

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"notewire/api/socket"
	"notewire/api/socket/sockettest"
	"notewire/store"
)

// dialled is a connection that does not wait for ever.
func dialled(t testing.TB, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// say writes to a connection.
func say(t testing.TB, conn net.Conn, what string) {
	t.Helper()
	if _, err := io.WriteString(conn, what); err != nil {
		t.Fatal(err)
	}
}

// wantText reads the next frame, which has to be that text.
func wantText(t testing.TB, c *sockettest.Client, want string) {
	t.Helper()
	c.Want(t, sockettest.OpText, want)
}

// What a client sends or does while its handshake is being answered is not
// overlooked.
func TestClientActsWhileItIsLetIn(t *testing.T) {
	for _, what := range []string{"says something", "leaves"} {
		t.Run(what, func(t *testing.T) {
			people := &slowPeople{joining: make(chan struct{}, 1), proceed: make(chan struct{})}
			n, _ := oneNode(t, func(c *Config) { c.Relations = people })
			n.people.know("me")
			n.known.opened(markOf(store.HashToken("me")))
			conn := dialled(t, n.addr)
			say(t, conn, sockettest.Request("/streaming?i=me", ""))
			<-people.joining
			k := sockettest.NewClient(conn)
			if what == "leaves" {
				if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
					t.Fatal(err)
				}
			} else {
				k.Send(t, sockettest.Final, sockettest.OpText, []byte(`{"type":"connect","body":{"channel":"main","id":"1","pong":true}}`))
			}
			close(people.proceed)
			k.Head(t)
			if what == "leaves" {
				if rest, err := io.ReadAll(conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("%q, %v", rest, err)
				}
			} else {
				wantText(t, k, `{"type":"connected","body":{"id":"1"}}`)
			}
		})
	}
}

// What comes together with the request is heard, whether frames or the end.
func TestClientActsAtOnce(t *testing.T) {
	n, _ := oneNode(t, nil)
	ending := dialled(t, n.addr)
	say(t, ending, sockettest.Request("/streaming", ""))
	if err := ending.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(ending); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("after the end: %v", err)
	}
	hello := string(sockettest.EncodeFrame(sockettest.Final, sockettest.OpText, []byte(`{"type":"connect","body":{"channel":"localTimeline","id":"1","pong":true}}`)))
	conn := dialled(t, n.addr)
	say(t, conn, sockettest.Request("/streaming", "")+hello)
	k := sockettest.NewClient(conn)
	k.Head(t)
	wantText(t, k, `{"type":"connected","body":{"id":"1"}}`)
}

// panickyAccess is a fault of the server.
type panickyAccess struct{ AccessLoader }

func (panickyAccess) EntryByTokenHash(context.Context, store.TokenHash) (*store.Entry, error) {
	panic("no such thing")
}

// A panic in a handshake ends that one, and the next is served.
func TestPanicInAHandshake(t *testing.T) {
	n, _ := oneNode(t, func(c *Config) { c.Access = panickyAccess{c.Access} })
	conn := dialled(t, n.addr)
	say(t, conn, sockettest.Request("/streaming?i=me", ""))
	if got, err := io.ReadAll(conn); len(got) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%q, %v", got, err)
	}
	n.talk(t, "").connect("localTimeline", nil)
}

// countedAccess counts look-ups.
type countedAccess struct {
	AccessLoader
	lookUps atomic.Int32
}

func (a *countedAccess) EntryByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Entry, error) {
	a.lookUps.Add(1)
	return a.AccessLoader.EntryByTokenHash(ctx, hash)
}

func (a *countedAccess) AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error) {
	a.lookUps.Add(1)
	return a.AccessLoader.AccessByTokenHash(ctx, hash)
}

// An address with as many connections as it may have is refused before the
// database is asked about the token, and a user afterwards.
func TestAddressIsCountedBeforeTheTokenIsLookedUp(t *testing.T) {
	access := new(countedAccess)
	n, _ := oneNode(t, func(c *Config) {
		access.AccessLoader, c.Access = c.Access, access
		c.ClientAddr = func(r *http.Request) netip.Addr { return netip.MustParseAddr(r.Header.Get("From")) }
		c.Transport = transportOf(t, socket.Config{MaxPerAddress: 1, MaxPerUser: 2})
	})
	n.people.know("me")
	ask := func(from string) (*sockettest.Client, string) {
		return sockettest.Handshake(t, dialled(t, n.addr), "/streaming?i=me", "From: "+from+"\r\n")
	}
	first, head := ask("192.0.2.1")
	if !strings.HasPrefix(head, "HTTP/1.1 101") || access.lookUps.Load() != 1 {
		t.Fatalf("%s after %d look-ups", head, access.lookUps.Load())
	}
	for range 5 {
		if _, head := ask("192.0.2.1"); !strings.HasPrefix(head, "HTTP/1.1 429") {
			t.Errorf("one more of the address: %s", head)
		}
	}
	if got := access.lookUps.Load(); got != 1 {
		t.Errorf("%d look-ups for one connection that was let in", got)
	}
	if _, head := ask("192.0.2.2"); !strings.HasPrefix(head, "HTTP/1.1 101") {
		t.Errorf("another address: %s", head)
	}
	if _, head := ask("192.0.2.3"); !strings.HasPrefix(head, "HTTP/1.1 429") || access.lookUps.Load() != 3 {
		t.Errorf("the user's third: %s after %d look-ups", head, access.lookUps.Load())
	}
	// Who was refused for the user holds nothing of the address.
	first.Send(t, sockettest.Final, sockettest.OpClose, []byte{3, 0xe8})
	if _, err := io.Copy(io.Discard, first.Reader); err != nil {
		t.Fatal(err)
	}
	if _, head := ask("192.0.2.3"); !strings.HasPrefix(head, "HTTP/1.1 101") {
		t.Errorf("after one of them has left: %s", head)
	}
}
