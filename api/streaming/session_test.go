package streaming

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"notewire/store"
)

// slowPeople hold up whoever joins.
type slowPeople struct {
	testPeople
	joining chan struct{} // gets one when somebody does
	proceed chan struct{}
}

func (p *slowPeople) RelationLists(ctx context.Context, id store.UserID) (*store.RelationLists, error) {
	p.joining <- struct{}{}
	<-p.proceed
	return p.testPeople.RelationLists(ctx, id)
}

// A client that is on its way in when the drain begins is sent away like the
// others, and is not waited for in vain.
func TestDrainMeetsAHandshake(t *testing.T) {
	people := &slowPeople{joining: make(chan struct{}, 1), proceed: make(chan struct{})}
	n, _ := oneNode(t, func(c *Config) { c.Relations = people })
	n.people.know("me")
	n.known.opened(markOf(store.HashToken("me"))) // or relations were loaded before there is anything to wait for
	conn, err := net.Dial("tcp", n.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, strings.Replace(handshakeRequest, "/streaming", "/streaming?i=me", 1)+"\r\n"); err != nil {
		t.Fatal(err)
	}
	<-people.joining
	n.sessions.shut() // as Drain does before it lists who is open
	close(people.proceed)
	c := &client{conn: conn, br: bufio.NewReader(conn)}
	c.head(t)
	c.wantClose(t, codeRestart)
}

// panickyPeople are a fault of the server.
type panickyPeople struct{ testPeople }

func (*panickyPeople) MarkAllNotificationsRead(context.Context, store.Identity) error {
	panic("no such thing")
}

// A panic in one connection ends that one and disturbs nobody else.
func TestPanicEndsOneConnection(t *testing.T) {
	n, db := oneNode(t, func(c *Config) { c.Notifications = &panickyPeople{} })
	other := n.talk(t, "you")
	other.connect("localTimeline", nil)
	other.expect("connected localTimeline  ")
	k := n.talk(t, "me")
	k.say("readNotification", nil)
	k.wantClose(t, codeInternal)
	appendTo(t, db, noteBy("n1", "ann"))
	other.expect("channel localTimeline note n1")
}

// Of a client's name only the beginning is kept and logged.
func TestLongAgent(t *testing.T) {
	var lines bytes.Buffer
	n, _ := oneNode(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&lines, nil)) })
	conn, err := net.Dial("tcp", n.addr)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := handshake(t, conn, "User-Agent: "+strings.Repeat("x", 8000)+"\r\n")
	c.send(t, true, opClose, []byte{3, 0xe8})
	if _, err := io.Copy(io.Discard, c.br); err != nil {
		t.Fatal(err)
	}
	n.stop() // waits for the last line
	got := lines.String()
	if x := strings.Repeat("x", maxAgent); strings.Count(got, x) != 2 || strings.Contains(got, x+"x") {
		t.Errorf("logged: %s", got)
	}
}

// Connections are counted by network, and given back.
func TestConnectionsOfANetwork(t *testing.T) {
	var s sessions
	s.init(9, 2, func(a netip.Addr) netip.Addr {
		p, err := a.Prefix(64)
		if err != nil {
			t.Fatal(err)
		}
		return p.Addr()
	})
	for i, row := range []struct {
		addr string
		want *refusal
	}{
		{"2001:db8::1", nil}, {"2001:db8::2", nil}, {"2001:db8::3", refuseTooMany}, {"2001:db8:0:1::1", nil},
		{"::1", nil}, {"::1", nil}, {"::1", nil}, // no limit on loopback
	} {
		if got := s.reserve("", netip.MustParseAddr(row.addr)); got != row.want {
			t.Errorf("%d: %s: %v", i, row.addr, got)
		}
	}
	for _, addr := range []string{"2001:db8::2", "2001:db8::1", "2001:db8:0:1::1", "::1", "::1", "::1"} {
		s.release("", netip.MustParseAddr(addr))
	}
	if len(s.addrs)+len(s.users) != 0 {
		t.Errorf("still counted: %v %v", s.addrs, s.users)
	}
	s.wait()
}
