package streaming

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// arrival is a connection at the front door, until it is known what it wants.
// While a handshake is being answered it is the http.ResponseWriter, too.
type arrival struct {
	front *front
	fd    int
	from  netip.AddrPort
	since time.Time

	// events counts what the poller told; who raises it from 0 starts the
	// goroutine. What comes after next is set is next's.
	events atomic.Int32
	next   atomic.Pointer[socket]
	ended  atomic.Bool // an end was told

	taken  bool // fd is a socket's, or net/http's
	header http.Header
	status int
	body   bytes.Buffer

	// The list that it is in, under front.mu.
	before, after *arrival
	listed        bool
}

// told implements watched.
func (a *arrival) told(readable, hangup, room bool) {
	if hangup {
		a.ended.Store(true)
	}
	n := a.events.Add(1)
	if s := a.next.Load(); s != nil {
		s.told(readable, hangup, room)
		return
	}
	if n == 1 {
		go a.serve()
	}
}

// handOver makes s hear of the descriptor from now on. It says whether anything
// happened that nobody has looked at: the event with which the goroutine began
// is the first, and no more was read than the request.
func (a *arrival) handOver(s *socket) (missed bool) {
	a.front.poller.replace(a.fd, s)
	a.next.Store(s)
	return a.events.Load() > 1 || a.ended.Load()
}

// serve answers whoever has sent something.
func (a *arrival) serve() {
	deepen()
	defer func() {
		if p := recover(); p != nil {
			a.front.server.log.Error("a handshake made the server panic", "error", fmt.Sprintf("panic: %v\n%s", p, debug.Stack()))
			if !a.taken {
				a.close(true)
			}
		}
	}()
	for {
		seen := a.events.Load()
		if a.listen() || a.events.CompareAndSwap(seen, 0) {
			return
		}
	}
}

// listen reads once and sees what it is. False: there was nothing to be read.
func (a *arrival) listen() (over bool) {
	if !a.front.claim(a) {
		return true
	}
	buf, _ := readBuffers.Get().(*[readBytes]byte)
	defer readBuffers.Put(buf)
	n, err := read(a.fd, buf[:])
	switch {
	case wouldBlock(err):
		a.front.waitOn(a)
		return false
	case err != nil, n == 0:
		a.close(err != nil)
		return true
	}
	r, ok := plainHandshake(buf[:n])
	if !ok || n == len(buf) { // there may be more
		a.taken = true
		a.front.pass(a, bytes.Clone(buf[:n]))
		return true
	}
	r.RemoteAddr = a.from.String()
	a.front.server.ServeHTTP(a, r.WithContext(a.front.server.ctx))
	if !a.taken {
		a.answer(r)
	}
	return true
}

// Header implements http.ResponseWriter.
func (a *arrival) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

// WriteHeader implements http.ResponseWriter.
func (a *arrival) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *arrival) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// answer sends the refusal that was written, and closes.
func (a *arrival) answer(r *http.Request) {
	a.WriteHeader(http.StatusInternalServerError) // if nothing was
	a.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	response := http.Response{
		StatusCode: a.status, ProtoMajor: 1, ProtoMinor: 1, Request: r, Header: a.header,
		Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()), Close: true,
	}
	var wire bytes.Buffer
	if err := response.Write(&wire); err == nil {
		// A new connection has room for it, and the client is gone if not.
		_, _ = send(a.fd, wire.Bytes())
	}
	a.close(false)
}

func (a *arrival) close(hard bool) {
	a.front.poller.remove(a.fd)
	closeDescriptor(a.fd, hard)
}

// arrivals is a list, the oldest first.
type arrivals struct{ first, last *arrival }

func (l *arrivals) push(a *arrival) {
	a.before, a.after, a.listed = l.last, nil, true
	if l.last != nil {
		l.last.after = a
	} else {
		l.first = a
	}
	l.last = a
}

// drop says whether it was there.
func (l *arrivals) drop(a *arrival) bool {
	if !a.listed {
		return false
	}
	if a.before != nil {
		a.before.after = a.after
	} else {
		l.first = a.after
	}
	if a.after != nil {
		a.after.before = a.before
	} else {
		l.last = a.before
	}
	a.before, a.after, a.listed = nil, nil, false
	return true
}

func (l *arrivals) takeAll() (all []*arrival) {
	for a := l.first; a != nil; a = l.first {
		l.drop(a)
		all = append(all, a)
	}
	return all
}

// fronts are those of a server that are open.
type fronts struct {
	mu   sync.Mutex
	open map[*front]struct{}
}

func (fs *fronts) add(f *front) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.open == nil {
		fs.open = map[*front]struct{}{}
	}
	fs.open[f] = struct{}{}
}

func (fs *fronts) remove(f *front) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	delete(fs.open, f)
}

func (fs *fronts) close() {
	fs.mu.Lock()
	open := fs.open
	fs.open = nil
	fs.mu.Unlock()
	for f := range open {
		_ = f.Close() // ErrClosed: net/http was first
	}
}

// passed is a connection of which something was read already.
type passed struct {
	*net.TCPConn
	from *net.TCPAddr // as it was accepted: the client may be gone
	read []byte       // for one reader, as net/http's
}

// RemoteAddr implements net.Conn.
func (p *passed) RemoteAddr() net.Addr { return p.from }

// Read implements net.Conn.
func (p *passed) Read(b []byte) (int, error) {
	if len(p.read) == 0 {
		return p.TCPConn.Read(b)
	}
	n := copy(b, p.read)
	if p.read = p.read[n:]; len(p.read) == 0 {
		p.read = nil
	}
	return n, nil
}

// WriteTo implements io.WriterTo: the one of the connection would leave out what
// was read.
func (p *passed) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{p})
}

// plainHandshake is the request in p if it is a whole GET of /streaming and
// nothing more, and nothing about it needs a second look.
func plainHandshake(p []byte) (*http.Request, bool) {
	rest, ok := bytes.CutPrefix(p, []byte("GET /streaming"))
	if !ok || len(rest) == 0 || rest[0] != ' ' && rest[0] != '?' || !plainHead(p) {
		return nil, false
	}
	rd, _ := headReaders.Get().(*headReader)
	defer headReaders.Put(rd)
	rd.bytes.Reset(p)
	rd.buf.Reset(&rd.bytes)
	r, err := http.ReadRequest(rd.buf)
	rd.bytes.Reset(nil)
	if err != nil || r.Proto != "HTTP/1.1" || r.URL.Path != "/streaming" || !plainHost(r.Host) ||
		len(r.TransferEncoding) > 0 || r.Header.Get("Content-Length") != "" || r.Header.Get("Expect") != "" {
		return nil, false
	}
	return r, true
}

// headReader reads a request that lies in memory.
type headReader struct {
	bytes bytes.Reader
	buf   *bufio.Reader
}

var headReaders = sync.Pool{New: func() any { return &headReader{buf: bufio.NewReaderSize(nil, readBytes)} }}

// plainHead says whether p is one head of a request to its end: lines that end
// in CR LF, without control characters, each a header, one of them Host.
func plainHead(p []byte) bool {
	hosts, start := 0, 0
	for i, c := range p {
		switch {
		case c == '\n':
			if i == 0 || p[i-1] != '\r' {
				return false
			}
			line, first := p[start:i-1], start == 0
			start = i + 1
			if len(line) == 0 {
				return i == len(p)-1 && hosts == 1
			}
			if first {
				continue
			}
			name, _, ok := bytes.Cut(line, []byte(":"))
			if !ok || !isToken(name) {
				return false
			}
			if len(name) == 4 && strings.EqualFold(string(name), "host") {
				hosts++
			}
		case c == '\r':
			if i+1 == len(p) || p[i+1] != '\n' {
				return false
			}
		case c < ' ' && c != '\t', c == 0x7f:
			return false
		}
	}
	return false
}

// plainHost says whether a Host header has only what hosts and ports are made of.
func plainHost(h string) bool {
	for i := range len(h) {
		c := h[i]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(".:-_[]", c) >= 0) {
			return false
		}
	}
	return h != ""
}
