package streaming

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"notewire/api/socket"
	"notewire/api/socket/sockettest"
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
	if _, err := io.WriteString(conn, sockettest.Request("/streaming?i=me", "")); err != nil {
		t.Fatal(err)
	}
	<-people.joining
	n.transport.StopAdmitting() // as Drain does before it lists who is open
	close(people.proceed)
	c := sockettest.NewClient(conn)
	c.Head(t)
	c.WantClose(t, socket.CodeRestart)
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
	k.WantClose(t, socket.CodeInternal)
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
	c, _ := sockettest.Handshake(t, conn, "/streaming", "User-Agent: "+strings.Repeat("x", 8000)+"\r\n")
	c.Send(t, sockettest.Final, sockettest.OpClose, []byte{3, 0xe8})
	if _, err := io.Copy(io.Discard, c.Reader); err != nil {
		t.Fatal(err)
	}
	n.stop() // waits for the last line
	got := lines.String()
	if x := strings.Repeat("x", maxAgent); strings.Count(got, x) != 2 || strings.Contains(got, x+"x") {
		t.Errorf("logged: %s", got)
	}
}
