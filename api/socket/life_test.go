package socket

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"notewire/api/socket/sockettest"
)

// An idle connection keeps no goroutine, neither of ours nor of net/http's,
// but for the one that watches all.
func TestIdleConnection(t *testing.T) {
	const n = 20
	ts := newTestServer(t, Limits{}, plain)
	before := runtime.NumGoroutine()
	var all []*served
	for range n {
		sv := ts.dial(t, 0)
		sv.client.Send(t, sockettest.Final, 1, []byte("hello"))
		<-sv.messages
		all = append(all, sv)
	}
	// net/http's goroutines end by themselves shortly after their handlers, and
	// so does who has read.
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before+1; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines for %d connections", runtime.NumGoroutine()-before, n)
		}
	}
	for _, sv := range all {
		sv.end(t)
	}
	if n := ts.tr.stats.Open.Load(); n != 0 {
		t.Errorf("%d connections are counted as open", n)
	}
}

// A frame to a client that keeps up is out when Send returns: no goroutine, no
// queue. On Unix sockets as well, for proxies on the same machine.
func TestInlineWrite(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			addr := "127.0.0.1:0"
			if network == "unix" {
				addr = filepath.Join(t.TempDir(), "s")
			}
			l, err := net.Listen(network, addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			near, err := net.Dial(network, l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			far, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			tr := newTestTransport(t, Limits{})
			sv := upgradePipe(t, tr, near, far)
			f := text(1, 1000)
			sv.Send(f, nil)
			out, _ := tr.stats.Out()
			if queued := tr.stats.Queued.Load(); out != 1 || queued != 0 {
				t.Errorf("%d frames out, %d queued", out, queued)
			}
			if n := testing.AllocsPerRun(20, func() { sv.Send(f, nil) }); n != 0 {
				t.Errorf("%v allocations per frame", n)
			}
			if _, n := tr.stats.Out(); n != 22*int64(f.Size()) {
				t.Errorf("%d bytes out", n)
			}
			for range 22 {
				if f, err := sv.client.Next(); err != nil || number(t, f) != 1 {
					t.Fatal(err)
				}
			}
			sv.end(t)
		})
	}
}

// A client that vanished is noticed by writing.
func TestWriteErrorEnds(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	sv := ts.dial(t, 0)
	_ = sv.client.Conn.(*net.TCPConn).SetLinger(0)
	_ = sv.client.Conn.Close()
	for !sv.Closing() {
		sv.Send(text(1, 1000), nil)
	}
	if r := <-sv.ended; r != endedGone {
		t.Errorf("ended with %v", r)
	}
}

// Everything that can happen to a connection happens at once; nothing may hang,
// race, leak, or stay counted.
func TestEverythingAtOnce(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){"tcp": plain, "tls": startTLS} {
		t.Run(name, func(t *testing.T) {
			ts := newTestServer(t, Limits{QueueBytes: 200_000, QueueFrames: 50, QueueTotal: 1_000_000, CloseTimeout: 100 * time.Millisecond}, start)
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() { defer close(done); ts.tr.keepAlive(ctx) }()
			var all []*served
			for range 12 {
				all = append(all, ts.dial(t, 16<<10))
			}
			var wg sync.WaitGroup
			for i, sv := range all {
				for range 2 {
					wg.Go(func() {
						for j := range 300 {
							sv.Send(text(j, rand.IntN(20_000)+8), nil)
							if j%100 == 50 {
								sv.ping()
							}
						}
					})
				}
				wg.Go(func() {
					for j := range 300 {
						sv.Gather(text(j, rand.IntN(20_000)+8), nil)
						if j%7 == 0 {
							sv.Flush()
						}
					}
					sv.Flush()
				})
				wg.Go(func() { // a client that reads some, says some, and goes its way
					for range rand.IntN(200) {
						_, _ = sv.client.Conn.Write(sockettest.EncodeFrame(sockettest.Final, opPing, []byte("x")))
						if _, err := sv.client.Next(); err != nil {
							break
						}
					}
					if i%3 == 0 {
						_, _ = sv.client.Conn.Write(sockettest.EncodeFrame(sockettest.Final, opClose, nil))
					}
					if i%3 == 1 {
						_ = sv.client.Conn.Close()
					}
				})
				wg.Go(func() {
					runtime.Gosched()
					switch i % 4 {
					case 0:
						sv.Close(CloseRevoked)
					case 1:
						sv.overflow(closeCrowded)
					case 2:
						sv.abort(endedPing)
					}
				})
			}
			wg.Wait()
			for _, sv := range all {
				sv.Close(CloseRestart)
				<-sv.ended
				sv.mu.Lock()
				if sv.writerHeld || len(sv.q.entries) > 0 || sv.q.bytes != 0 || sv.q.frames != 0 {
					t.Errorf("left behind: %+v", &sv.q)
				}
				sv.mu.Unlock()
			}
			cancel()
			<-done
			if n := ts.tr.budget.bytes.Load(); n != 0 {
				t.Errorf("%d bytes are still counted as waiting", n)
			}
			var closes int64
			ts.tr.stats.EachClose(func(_ CloseLabel, n int64) { closes += n })
			if closes != int64(len(all)) || ts.tr.wheel.count != 0 {
				t.Errorf("%d ends are counted, %d sockets are still in the wheel", closes, ts.tr.wheel.count)
			}
		})
	}
}

// Whatever a client sends, its connection ends when the client goes, and
// nothing panics.
func FuzzServe(f *testing.F) {
	f.Add([]byte("\x81\x80\x00\x00\x00\x00"))
	f.Add(sockettest.EncodeFrame(sockettest.Final, opClose, []byte{3}))
	f.Add(sockettest.EncodeFrame(sockettest.More, 1, []byte("x")))
	f.Add([]byte{0x89, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, p []byte) {
		tr := newTestTransport(t, Limits{CloseTimeout: time.Millisecond, InboundRate: 1e9})
		sv := pipe(t, tr)
		go func() { _, _ = bufio.NewReader(sv.client.Conn).WriteTo(io.Discard) }()
		if _, err := sv.client.Conn.Write(p); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			t.Fatal(err)
		}
		_ = sv.client.Conn.Close()
		if r := <-sv.ended; r.Label == LabelCancelled || r.Label == LabelPing {
			t.Errorf("ended with %v", r)
		}
	})
}
