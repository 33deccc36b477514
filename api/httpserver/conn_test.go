package httpserver

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// download answers size bytes, so many at a time, and tells how its writing ended.
func download(size, piece int) (http.Handler, <-chan error) {
	ended := make(chan error, 1)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(size))
		p := make([]byte, piece)
		var err error
		for left := size; left > 0 && err == nil; left -= piece {
			_, err = w.Write(p[:min(left, piece)])
		}
		ended <- err
	}), ended
}

// small has accepted connections keep little in the kernel; 0 leaves them as they
// are, with some megabytes.
type small struct {
	net.Listener
	bytes int
}

func (l small) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && l.bytes > 0 {
		err = errors.Join(err, tcp.SetWriteBuffer(l.bytes))
	}
	return c, err
}

// buffers are sizes in the kernel and of what a handler writes at a time; zeros
// leave the kernel's as they are.
type buffers struct{ send, receive, piece int }

// startDownload starts a server and a client that has asked for size bytes and
// read nothing.
func startDownload(t *testing.T, limits Limits, b buffers, size int) (*Server, *net.TCPConn, <-chan error) {
	t.Helper()
	l, err := Listen(t.Context(), "127.0.0.1:0", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	h, ended := download(size, b.piece)
	s := serveOn(t, small{l, b.send}, limits, h)
	c := dial(t, l.Addr().String())
	if b.receive > 0 {
		if err := c.SetReadBuffer(b.receive); err != nil {
			t.Fatal(err)
		}
	}
	write(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	return s, c, ended
}

func wait(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		t.Fatal("the handler is still writing")
		return nil
	}
}

// A client that stops reading is reset, and its handler ends.
func TestReaderThatStops(t *testing.T) {
	s, c, ended := startDownload(t, Limits{AnswerStall: 200 * time.Millisecond}, buffers{64 << 10, 8 << 10, 256 << 10}, 8<<20)
	if err := wait(t, ended); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing ended with %v", err)
	}
	if n, err := io.Copy(io.Discard, c); err == nil {
		t.Errorf("the client read %d bytes and an ordinary end", n)
	}
	if got := s.SlowReaders(); got != 1 {
		t.Errorf("%d slow readers were counted", got)
	}
}

// A client that reads too little is reset like one that does not read, whether
// the handler writes much at a time, which the client does not take in time, or
// little, each of which it does.
func TestReaderThatTrickles(t *testing.T) {
	for name, piece := range map[string]int{"large pieces": 256 << 10, "small pieces": 5 << 10} {
		t.Run(name, func(t *testing.T) {
			limits := Limits{AnswerStall: time.Second, MinRate: 64 << 20}
			_, c, ended := startDownload(t, limits, buffers{64 << 10, 64 << 10, piece}, 32<<20)
			var reading sync.WaitGroup
			defer reading.Wait()
			reading.Go(func() {
				for b := make([]byte, 16<<10); ; {
					if _, err := c.Read(b); err != nil {
						return
					}
					time.Sleep(5 * time.Millisecond) // that is what it does: 3 MiB/s
				}
			})
			if err := wait(t, ended); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("writing ended with %v", err)
			}
			_ = c.Close()
		})
	}
}

// A client that reads slowly but steadily gets all, although that takes longer
// than a client may stall, and although the kernel, whose buffer holds some
// megabytes, wakes the writer less often than something has to be seen to move.
func TestReaderThatIsSlow(t *testing.T) {
	const size = 10 << 20
	_, c, ended := startDownload(t, Limits{AnswerStall: 2 * time.Second, MinRate: 10 << 10}, buffers{0, 64 << 10, 256 << 10}, size)
	total := 0
	for b := make([]byte, 16<<10); total < size; {
		n, err := c.Read(b)
		total += n
		if err != nil {
			t.Fatalf("after %d bytes of %d: %v", total, size, err)
		}
		time.Sleep(time.Duration(n) * time.Second / (2 << 20)) // two MiB a second
	}
	if err := wait(t, ended); err != nil {
		t.Error(err)
	}
}

// Whatever is written has a deadline, that net/http's own answers are not spared.
func TestEveryWriteHasADeadline(t *testing.T) {
	for name, request := range map[string]string{
		"an answer":        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a bad request":    "GET / HTTP/1.1\r\n\r\n",
		"100 Continue":     "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
		"failed to expect": "POST / HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nContent-Length: 9\r\n\r\n123456789",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newPipes()
				s := serveOn(t, l, Limits{}, handlers["that reads all"])
				c := l.dial(t.Context())
				write(c, request)
				time.Sleep(s.limits.AnswerStall + s.limits.BodyStall) // nothing of the answer is read
				if n, err := io.Copy(io.Discard, c); n != 0 || err != nil {
					t.Errorf("%d bytes came after all, %v", n, err)
				}
				_ = c.Close()
			})
		})
	}
}

// deadlines is a connection that tells which deadlines it has.
type deadlines struct {
	net.Conn
	mu          sync.Mutex
	read, write time.Time
}

func (d *deadlines) SetDeadline(t time.Time) error {
	return errors.Join(d.SetReadDeadline(t), d.SetWriteDeadline(t))
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.read = t
	return d.Conn.SetReadDeadline(t)
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write = t
	return d.Conn.SetWriteDeadline(t)
}

// A connection that a handler hijacks is the one that was accepted, without
// deadlines, even if something was written to it before.
func TestHijackedConnectionHasNoDeadlines(t *testing.T) {
	l := newPipes()
	detached := make(chan net.Conn, 1)
	serveOn(t, l, Limits{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hijacked, brw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := brw.WriteString("hello"); err != nil {
			t.Error(err)
		}
		if err := brw.Flush(); err != nil {
			t.Error(err)
		}
		inner, ok := hijacked.(interface{ Detach() net.Conn })
		if !ok {
			t.Errorf("%T cannot be detached", hijacked)
			return
		}
		detached <- inner.Detach()
	}))
	here, there := net.Pipe()
	accepted := &deadlines{Conn: there}
	l.conns <- accepted
	defer func() { _ = here.Close() }()
	go write(here, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
	if _, err := io.ReadFull(here, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if got := <-detached; got != net.Conn(accepted) {
		t.Errorf("detached %T, not what was accepted", got)
	}
	accepted.mu.Lock()
	defer accepted.mu.Unlock()
	if !accepted.read.IsZero() || !accepted.write.IsZero() {
		t.Errorf("deadlines are left: %v for reading, %v for writing", accepted.read, accepted.write)
	}
}
