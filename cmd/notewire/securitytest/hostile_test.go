package securitytest

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"notewire/api/socket"
	"notewire/cmd/notewire/app"
	"notewire/store"
	"notewire/store/relational"
)

// flood sends n messages of so many bytes to somebody's main.
func (n *node) flood(to person, messages, size int) {
	n.Helper()
	body, err := json.Marshal(strings.Repeat("x", size))
	if err != nil {
		n.Fatal(err)
	}
	err = n.db.Queries().InTx(n.Context(), func(ctx context.Context, tx *relational.Tx) error {
		for range messages {
			if err := tx.AppendEvents(ctx, store.NewEvent{Topic: store.MainTopic(to.id), Type: "meUpdated", Body: body}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		n.Fatal(err)
	}
}

// counted waits until as many connections have ended with the label.
func (n *node) counted(label socket.CloseLabel, want int64) {
	n.Helper()
	n.eventually(fmt.Sprintf("fewer than %d end with %v", want, label), func() bool { return n.stats.Closes(label) >= want })
	if got := n.stats.Closes(label); got != want {
		n.Errorf("%d ended with %v, want %d", got, label, want)
	}
}

// Every way to wear the server out: how it ends, what counts it, and that
// somebody who behaves does not notice.
func TestHostileClients(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits socket.Limits
		attack func(n *node, bob person) *rawClient
		code   int // 0: cut off
		label  socket.CloseLabel
	}{
		{"never reads", socket.Limits{QueueBytes: 128 << 10}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.join("main")
			for range 40 { // until the kernel's buffers are full, too
				n.flood(bob, 20, 60<<10)
				if n.stats.Closes(socket.LabelSlow) > 0 {
					break
				}
			}
			n.counted(socket.LabelSlow, 1)
			return c
		}, 0, socket.LabelSlow},
		{"a frame a byte at a time", socket.Limits{PingInterval: 40 * time.Millisecond, PongTimeout: 200 * time.Millisecond}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.write(header(true, 1, 60<<10))
			c.write([]byte(`{`)) // the next byte would come after a second; a pong cannot come in between
			return c
		}, 0, socket.LabelPing},
		{"half open", socket.Limits{PingInterval: 40 * time.Millisecond, PongTimeout: 200 * time.Millisecond}, func(n *node, bob person) *rawClient {
			return n.openByHand(bob.token) // as if the other end had lost its power: nothing is ever answered
		}, 0, socket.LabelPing},
		{"a frame of a GiB", socket.Limits{}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.write(header(true, 1, 1<<30))
			c.write(make([]byte, 65<<10)) // what is past the limit is not waited for
			return c
		}, 1009, socket.LabelTooBig},
		{"a frame of 2^63 bytes", socket.Limits{}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.write(header(true, 1, 1<<63))
			return c
		}, 1002, socket.LabelProtocol},
		{"endless fragments", socket.Limits{InboundRate: 1e6, InboundBurst: 1e6}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.write(header(false, 1, 0))
			for range 66 {
				c.write(append(header(false, 0, 1<<10), make([]byte, 1<<10)...))
			}
			return c
		}, 1009, socket.LabelTooBig},
		{"empty fragments", socket.Limits{InboundRate: 100, InboundBurst: 100, InboundPatience: 200 * time.Millisecond}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.write(header(false, 1, 0))
			c.keepSending(header(false, 0, 0))
			return c
		}, 1008, socket.LabelFlood},
		{"pings", socket.Limits{InboundRate: 100, InboundBurst: 100, InboundPatience: 200 * time.Millisecond}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.keepSending(whole(9, strings.Repeat("p", 125)))
			return c
		}, 1008, socket.LabelFlood},
		{"pongs", socket.Limits{InboundRate: 100, InboundBurst: 100, InboundPatience: 200 * time.Millisecond}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.keepSending(whole(10, ""))
			return c
		}, 1008, socket.LabelFlood},
		{"connects", socket.Limits{InboundRate: 100, InboundBurst: 3000, InboundPatience: 200 * time.Millisecond}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.keepSending(whole(1, `{"type":"connect","body":{"channel":"homeTimeline","id":"`+strings.Repeat("x", 200)+`"}}`))
			return c
		}, 1008, socket.LabelFlood},
		{"captures", socket.Limits{InboundRate: 100, InboundBurst: 3000, InboundPatience: 200 * time.Millisecond}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.keepSending(whole(1, `{"type":"s","body":{"id":"9xyz"}}`))
			return c
		}, 1008, socket.LabelFlood},
		{"API calls", socket.Limits{InboundRate: 100, InboundBurst: 3000, InboundPatience: 200 * time.Millisecond}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.keepSending(whole(1, `{"type":"api","body":{"id":"1","endpoint":"notes/local-timeline","data":{}}}`))
			return c
		}, 1008, socket.LabelFlood},
		{"no websocket at all", socket.Limits{}, func(n *node, bob person) *rawClient {
			c := n.openByHand(bob.token)
			c.write([]byte(strings.Repeat("\xff", 100)))
			return c
		}, 1002, socket.LabelProtocol},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := startNode(t, onSQLite(t), func(cfg *app.Config) {
				cfg.Streaming.Socket = c.limits
				cfg.Streaming.Socket.CloseTimeout = 200 * time.Millisecond // none of them answers a close frame
			})
			n.signUp("root")
			bob, good := n.signUp("bob"), n.signUp("good")
			healthy := n.open(good.token)
			healthy.join("localTimeline", "l", nil)
			attacker := c.attack(n, bob)
			if c.code != 0 { // a client that never reads does not read its close frame
				if code := attacker.end(); code != c.code {
					t.Errorf("closed with %d, want %d", code, c.code)
				}
			}
			n.counted(c.label, 1)
			note, _ := n.must(good.token, "notes/create", map[string]any{"text": "still here?"})["createdNote"].(map[string]any)
			waitNote(healthy, "l", str(note["id"]))
		})
	}
}

// perHostile is what a hostile client may cost at most beyond its queue: two
// goroutines' stacks, buffers, one message that is being read.
const perHostile = 160 << 10

// What hostile clients cost is bounded by their number, whatever they send and
// do not read: their queues, one message each, and the connection itself. It is
// looked at while all of that is held, from the first message that does not end
// until the last queue has run over.
func TestHostileMemoryIsBounded(t *testing.T) {
	const clients, queue, message, unfinished = 30, 128 << 10, 64 << 10, 60 << 10
	n := startNode(t, onSQLite(t), func(cfg *app.Config) {
		cfg.Streaming.Socket = socket.Limits{QueueBytes: queue, InboundFrame: message, CloseTimeout: 200 * time.Millisecond}
		cfg.Streaming.MaxPerUser = 2 * clients
	})
	n.signUp("root")
	bob := n.signUp("bob")
	healthy := n.open(bob.token)
	healthy.join("main", "healthy", nil) // what is made once is there
	before := memory()
	_, from := n.stats.In()
	open := make([]*rawClient, clients)
	for i := range open {
		c := n.openByHand(bob.token)
		// An id of its own, or the clients would share the frames that they do not read.
		c.joinAs("main", fmt.Sprint("hostile ", i))
		for j := range 32 {
			c.say(fmt.Sprintf(`{"type":"connect","body":{"channel":"homeTimeline","id":"%d"}}`, j))
		}
		for j := range 500 {
			c.say(fmt.Sprintf(`{"type":"s","body":{"id":"note%d"}}`, j))
		}
		c.write(header(true, 1, message)) // a message as large as may be, which will never end …
		c.write(make([]byte, unfinished)) // … of which nearly all comes
		open[i] = c
	}
	for deadline := time.Now().Add(patience); ; runtime.Gosched() {
		if _, now := n.stats.In(); now-from >= clients*unfinished {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not read what was sent")
		}
	}
	held := memory() - before
	if held < clients*unfinished {
		t.Errorf("%d bytes in use: the server does not hold what was sent, so this shows nothing", held)
	}
	const bound = int64(clients * (queue + perHostile))
	most := held
	for i := 0; n.stats.Closes(socket.LabelSlow) < clients; i++ {
		if i > 1000 {
			t.Fatalf("%d of %d who do not read were sent away", n.stats.Closes(socket.LabelSlow), clients)
		}
		n.flood(bob, 1, 30<<10) // the kernel takes the first hundred or so of each client's
		healthy.wait("channel healthy meUpdated")
		healthy.forget()
		if most = max(most, memory()-before); most > bound {
			t.Fatalf("%d bytes in use, at most %d are allowed", most, bound)
		}
	}
	t.Logf("%d hostile clients: %d KiB with their messages, at most %d KiB with their queues; bound %d KiB", clients, held>>10, most>>10, bound>>10)
	runtime.KeepAlive(open)
}

// memory is what the heap and the stacks hold, garbage apart.
func memory() int64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
