package socket

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/api/socket/sockettest"
)

// Many connections live and end in many ways at once, so that descriptors,
// readers and memory of queues are used again all the time. What a client sends
// is cut at random and its messages come in fragments with pings between; what
// it is sent is gathered, flushed and pinged. Each message comes to its own
// connection, in order; frames are whole and in order, with nothing after a
// close frame; and nothing is left behind.
func TestConnectionsOneAfterTheOther(t *testing.T) {
	const at, rounds = 12, 20
	ts := newTestServer(t, Limits{
		InboundRate: 1e9, InboundBurst: 1 << 30, QueueFrames: 64, QueueBytes: 256 << 10,
		CloseTimeout: 100 * time.Millisecond, // a close frame that is answered in the middle of a frame is not answered
	}, plain)
	var dial sync.Mutex // newTestServer tells of one connection at a time
	var wg sync.WaitGroup
	for w := range at {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(w), 1))
			for round := range rounds {
				dial.Lock()
				sv := ts.dial(t, []int{0, 4096}[rnd.IntN(2)])
				dial.Unlock()
				(&lifetime{t: t, sv: sv, rnd: rnd, name: fmt.Sprintf("%d-%d", w, round)}).run()
			}
		})
	}
	wg.Wait()
	if b, f := ts.tr.budget.bytes.Load(), ts.tr.budget.frames.Load(); b != 0 || f != 0 {
		t.Errorf("%d bytes and %d frames are still counted as waiting", b, f)
	}
}

// lifetime is one connection of TestConnectionsOneAfterTheOther.
type lifetime struct {
	t    *testing.T
	sv   *served
	rnd  *rand.Rand
	name string
	want []string // its messages
}

func (l *lifetime) run() {
	stream := l.stream()
	var senders sync.WaitGroup
	seed := l.rnd.Uint64()
	senders.Go(func() { l.sends(rand.New(rand.NewPCG(seed, 2))) })
	how := l.rnd.IntN(6)
	if how == 0 {
		yields := l.rnd.IntN(200)
		senders.Go(func() { yield(yields); l.sv.abort(endedPing) })
	}
	read := make(chan struct{})
	go func() { defer close(read); l.reads() }()
	for len(stream) > 0 {
		n := min(len(stream), 1+l.rnd.IntN([]int{5, 500, 50_000}[l.rnd.IntN(3)]))
		if _, err := l.sv.client.Conn.Write(stream[:n]); err != nil {
			break
		}
		stream = stream[n:]
	}
	conn, _ := l.sv.client.Conn.(*net.TCPConn)
	switch how {
	case 1:
		_ = conn.CloseWrite()
	case 2:
		yield(l.rnd.IntN(200))
		_ = conn.Close()
	case 3:
		_, _ = conn.Write(sockettest.EncodeFrame(sockettest.Final, opClose, []byte{3, 0xe8}))
	case 4:
		senders.Wait()
		l.sv.Close(CloseRestart)
	case 5:
		_ = conn.SetLinger(0)
		yield(l.rnd.IntN(200))
		_ = conn.Close()
	}
	<-l.sv.ended
	senders.Wait()
	_ = conn.Close()
	<-read
	for i := range len(l.sv.messages) {
		if m := <-l.sv.messages; m != l.want[i] {
			l.t.Errorf("%s: message %d is %.30q", l.name, i, m)
		}
	}
	l.sv.mu.Lock()
	defer l.sv.mu.Unlock()
	if s := l.sv.Socket; s.fd != -1 || s.busy != 0 || s.writerHeld || s.q.entries != nil || s.q.bytes != 0 {
		l.t.Errorf("%s: left behind: descriptor %d, busy %d, placed %v, %d entries, %d bytes", l.name, s.fd, s.busy, s.writerHeld, len(s.q.entries), s.q.bytes)
	}
}

// stream is what the client sends.
func (l *lifetime) stream() (stream []byte) {
	for i := range 1 + l.rnd.IntN(6) {
		message := fmt.Sprintf("%s/%d/", l.name, i) + strings.Repeat("y", l.rnd.IntN([]int{10, 3000, 40_000}[l.rnd.IntN(3)]))
		l.want = append(l.want, message)
		op := byte(opText)
		for rest, last := message, false; !last; op = opContinuation {
			n := l.rnd.IntN(len(rest) + 1)
			if last = l.rnd.IntN(2) == 0; last {
				n = len(rest)
			}
			stream = append(stream, sockettest.EncodeFrame(sockettest.Fin(last), op, []byte(rest[:n]))...)
			if l.rnd.IntN(3) == 0 {
				stream = append(stream, sockettest.EncodeFrame(sockettest.Final, opPing, []byte(l.name))...)
			}
			rest = rest[n:]
		}
	}
	return stream
}

// sends is the server's side.
func (l *lifetime) sends(rnd *rand.Rand) {
	for i := range 40 {
		l.sv.Gather(text(i, 8+rnd.IntN(20_000)), nil)
		if rnd.IntN(5) == 0 {
			l.sv.Flush()
		}
		if rnd.IntN(8) == 0 {
			l.sv.ping()
			yield(rnd.IntN(50))
		}
	}
	l.sv.Flush()
}

// reads is the client's reading side.
func (l *lifetime) reads() {
	next, closed := 0, false
	for {
		f, err := l.sv.client.Next()
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				l.t.Errorf("%s: nothing more came", l.name)
			}
			return
		}
		switch {
		case closed:
			l.t.Errorf("%s: %x after a close frame", l.name, f.Op)
		case f.Op == opText:
			if i := number(l.t, f); i != next {
				l.t.Errorf("%s: frame %d came where %d was due", l.name, i, next)
			}
			next++
		case f.Op == opPong && string(f.Payload) != l.name:
			l.t.Errorf("%s: got the pong of %q", l.name, f.Payload)
		case f.Op == opClose:
			closed = true
			_, _ = l.sv.client.Conn.Write(sockettest.EncodeFrame(sockettest.Final, opClose, f.Payload[:2]))
		}
	}
}

// yield lets others go first, n times.
func yield(n int) {
	for range n {
		runtime.Gosched()
	}
}
