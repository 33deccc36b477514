package socket

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"notewire/api/socket/sockettest"
	"notewire/protocol/wire"
)

func startTLS(s *httptest.Server) { s.StartTLS() }

// The test of the writer's place: a frame is half out, the kernel takes no
// more, the client pings; whatever is read later must be whole frames in order,
// the pong between two of them.
func TestNothingGoesBetweenThePartsOfAFrame(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	sv := ts.dial(t, 64<<10)
	if err := unix.SetsockoptInt(int(sv.fd), unix.SOL_SOCKET, unix.SO_SNDBUF, 8192); err != nil {
		t.Fatal(err)
	}
	sent := sv.fill(t, 100_000, nil)
	for range 3 { // should the kernel take a little more after all
		sv.Send(text(sent, 100_000), nil)
		sent++
	}

	sv.client.Send(t, sockettest.Final, opPing, []byte("are you there"))
	sv.client.Send(t, sockettest.Final, 1, []byte("read after the ping"))
	<-sv.messages // so the library has dealt with the ping
	sv.ping()
	for range 3 {
		sv.Send(text(sent, 1000), nil)
		sent++
	}
	if sv.waiting() < 100_000 {
		t.Fatal("the socket is not full any more")
	}
	sv.Close(CloseRestart)
	sv.Send(text(sent, 10), nil) // after the close frame: never

	var ops []byte
	next := 0
	for _, f := range sv.client.WantClose(t, 1012) {
		if f.Op != 1 {
			ops = append(ops, f.Op)
			continue
		}
		if got := number(t, f); got != next {
			t.Fatalf("frame %d came where %d was due", got, next)
		}
		next++
	}
	if next != sent || !bytes.Equal(ops, []byte{opPong, opPing}) {
		t.Fatalf("%d frames of %d, control frames %x, want a pong and a ping", next, sent, ops)
	}
	if r := <-sv.ended; r != CloseRestart {
		t.Fatalf("ended with %v", r)
	}
}

// Three parties send at once; each one's frames must keep their order, and no
// byte may be lost, whether written at once or queued.
func TestOrderUnderConcurrency(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){"tcp": plain, "tls": startTLS} {
		t.Run(name, func(t *testing.T) {
			const senders, each = 3, 2000
			ts := newTestServer(t, Limits{QueueFrames: senders * each * 2, QueueBytes: 64 << 20}, start)
			sv := ts.dial(t, 0)
			var wg sync.WaitGroup
			for p := range senders {
				wg.Go(func() {
					for i := range each {
						f := text(p*each+i, 20+i%3000)
						if p > 0 {
							sv.Send(f, nil)
							continue
						}
						sv.Gather(f, nil) // as a shard does it
						if i%5 == 4 || i == each-1 {
							sv.Flush()
						}
					}
				})
			}
			// Pings of the client meanwhile: the library writes, too.
			wg.Go(func() {
				for range 50 {
					sv.client.Send(t, sockettest.Final, opPing, nil)
				}
			})
			next := [senders]int{}
			for got, pongs := 0, 0; got < senders*each || pongs < 50; {
				f, err := sv.client.Next()
				if err != nil {
					t.Fatal(err)
				}
				if f.Op == opPong {
					pongs++
					continue
				}
				i := number(t, f)
				if p := i / each; i%each != next[p] {
					t.Fatalf("sender %d: frame %d came where %d was due", p, i%each, next[p])
				} else {
					next[p]++
				}
				got++
			}
			wg.Wait()
			<-sv.Flushed()
			if n := ts.tr.budget.bytes.Load(); n != 0 {
				t.Errorf("%d bytes are counted as waiting in empty queues", n)
			}
			if n, _ := ts.tr.stats.Out(); n != senders*each+50 {
				t.Errorf("%d frames out", n)
			}
			if r := sv.end(t); r != endedGone {
				t.Errorf("ended with %v", r)
			}
		})
	}
}

func TestSlowClientIsClosedAndOthersAreNot(t *testing.T) {
	cases := map[string]struct {
		limits Limits
		size   int
	}{
		"bytes":  {Limits{QueueBytes: 300_000, QueueFrames: 1 << 20}, 100_000},
		"frames": {Limits{QueueBytes: 1 << 30, QueueFrames: 5}, 100_000},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ts := newTestServer(t, c.limits, plain)
			slow, other := ts.dial(t, 64<<10), ts.dial(t, 0)
			sent := slow.fill(t, c.size, nil)
			for !slow.Closing() {
				slow.Send(text(sent, c.size), nil)
				sent++
			}
			other.Send(text(7, 10), nil)
			other.client.Want(t, 1, "00000007..")

			// What was begun is finished, the close frame follows at once.
			before := slow.client.WantClose(t, 1013)
			if len(before) >= sent-1 {
				t.Errorf("%d of %d frames came: nothing was dropped", len(before), sent)
			}
			for i, f := range before {
				if number(t, f) != i || len(f.Payload) != c.size {
					t.Fatalf("frame %d is not whole or out of order", i)
				}
			}
			if r := <-slow.ended; r != closeSlow {
				t.Errorf("ended with %v", r)
			}
			if n := ts.tr.stats.Closes(LabelSlow); n != 1 {
				t.Errorf("%d slow closes are counted", n)
			}
			if n := ts.tr.budget.bytes.Load(); n != 0 {
				t.Errorf("%d bytes are still counted as waiting", n)
			}
			other.end(t)
		})
	}
}

// A client that never reads is reset after the time to close.
func TestSlowClientThatNeverReadsIsReset(t *testing.T) {
	ts := newTestServer(t, Limits{QueueBytes: 300_000, CloseTimeout: 50 * time.Millisecond}, plain)
	sv := ts.dial(t, 64<<10)
	sent := sv.fill(t, 100_000, nil)
	for !sv.Closing() {
		sv.Send(text(sent, 100_000), nil)
	}
	if r := <-sv.ended; r != closeSlow {
		t.Fatalf("ended with %v", r)
	}
	if _, err := io.Copy(io.Discard, sv.client.Conn); err == nil {
		t.Error("the connection ended with FIN, not with a reset")
	}
}

func TestFrameLargerThanAQueueClosesNobody(t *testing.T) {
	ts := newTestServer(t, Limits{QueueBytes: 1000}, plain)
	sv := ts.dial(t, 0)
	sv.Send(text(1, 1001), nil)
	sv.Send(text(2, 8), nil)
	sv.client.Want(t, 1, "00000002")
	if n := ts.tr.stats.Oversized.Load(); n != 1 {
		t.Errorf("%d oversized frames are counted", n)
	}
	sv.end(t)
}

func TestShutGateSkipsWhatIsQueuedButNotWhatIsBegun(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	sv := ts.dial(t, 64<<10)
	var left, kept wire.Gate
	sent := sv.fill(t, 100_000, &left)
	// Should the kernel take a little more after all, it is of this one.
	sv.Send(text(sent, 500_000), &kept)
	sent++
	begun := sent
	for range 3 {
		sv.Send(text(sent, 1000), &left)
		sent++
		sv.Send(text(sent, 1000), &kept)
		sent++
	}
	left.Shut()
	sv.Send(text(sent, 1000), &left)
	sv.Close(CloseRestart)
	var got []int
	for _, f := range sv.client.WantClose(t, 1012) {
		got = append(got, number(t, f))
	}
	var want []int
	for i := range begun {
		want = append(want, i)
	}
	want = append(want, begun+1, begun+3, begun+5)
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	<-sv.ended
	if n := ts.tr.stats.Skipped.Load(); n != 4 {
		t.Errorf("%d frames are counted as skipped, want 4", n)
	}
	if n := ts.tr.budget.bytes.Load(); n != 0 {
		t.Errorf("%d bytes are still counted as waiting", n)
	}
}

func TestTotalOfAllQueuesClosesTheFullest(t *testing.T) {
	ts := newTestServer(t, Limits{QueueBytes: 64 << 20, QueueTotal: 3_000_000}, plain)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); ts.tr.keepAlive(ctx) }()
	defer func() { cancel(); <-done }()

	small, big, idle := ts.dial(t, 64<<10), ts.dial(t, 64<<10), ts.dial(t, 0)
	smallSent := small.fill(t, 100_000, nil)
	sent := big.fill(t, 100_000, nil)
	// What both wait for counts once, and so does not pass the limit.
	for range 10 {
		f := text(sent, 100_000)
		small.Send(f, nil)
		big.Send(f, nil)
		sent++
		smallSent++
	}
	if n := ts.tr.budget.bytes.Load(); n > 1_300_000 {
		t.Errorf("%d bytes are counted: shared frames more than once", n)
	}
	for !big.Closing() {
		big.Send(text(sent, 100_000), nil)
		sent++
	}
	big.client.WantClose(t, 1013)
	if r := <-big.ended; r != closeCrowded {
		t.Errorf("the fullest ended with %v", r)
	}
	if small.Closing() || idle.Closing() {
		t.Error("another one was closed, too")
	}
	small.Close(CloseRestart)
	if n := len(small.client.WantClose(t, 1012)); n != smallSent {
		t.Errorf("the other got %d frames", n)
	}
	<-small.ended
	idle.end(t)
	if n := ts.tr.budget.bytes.Load(); n != 0 {
		t.Errorf("%d bytes are still counted as waiting", n)
	}
}

func TestTLS(t *testing.T) {
	ts := newTestServer(t, Limits{}, startTLS)
	sv := ts.dial(t, 64<<10)
	if sv.library == nil {
		t.Fatal("a TLS connection was taken for a plain one")
	}
	for i := range 100 {
		sv.Send(text(i, 9000), nil)
	}
	sv.client.Send(t, sockettest.Final, opPing, nil)
	sv.client.Send(t, sockettest.Final, 1, []byte("x"))
	<-sv.messages
	sv.Close(CloseRevoked)
	next, pongs := 0, 0
	for _, f := range sv.client.WantClose(t, 1008) {
		if f.Op == opPong {
			pongs++
		} else if got := number(t, f); got != next {
			t.Fatalf("frame %d came where %d was due", got, next)
		} else {
			next++
		}
	}
	if next != 100 || pongs != 1 {
		t.Errorf("%d frames, %d pongs", next, pongs)
	}
	if r := <-sv.ended; r != CloseRevoked {
		t.Errorf("ended with %v", r)
	}
}
