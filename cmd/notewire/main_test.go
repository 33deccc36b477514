package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"nhooyr.io/websocket"

	"notewire/store/postgres/pgtest"
)

// asProgram makes the test binary be the program itself, for tests that need a
// process of their own.
const asProgram = "NOTEWIRE_TEST_AS_PROGRAM"

// patience is how long a test waits for what has to come. It fails a test that
// would hang, and decides nothing else.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	program := os.Getenv(asProgram) != ""
	for _, e := range os.Environ() { // settings of whoever runs the tests
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, envPrefix+"_") && name != "NOTEWIRE_PG_BIN" && !program {
			_ = os.Unsetenv(name)
		}
	}
	if program {
		_ = os.Unsetenv(asProgram)
		main()
	}
	goleak.VerifyTestMain(pgtest.Suite{M: m})
}

// outcome is what a finished command left behind.
type outcome struct {
	status         int
	stdout, stderr string
}

// command runs a command that ends by itself, in this process.
func command(t *testing.T, args ...string) outcome {
	t.Helper()
	return commandWith(t, "", args...)
}

func commandWith(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), args, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// succeed is command for one that must, and answers what it printed.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	o := command(t, args...)
	if o.status != exitOK {
		t.Fatalf("%s ended with %d: %s", args[0], o.status, o.stderr)
	}
	return o.stdout
}

// engines are the databases that the commands are tried on, each empty.
var engines = map[string]func(t *testing.T) string{
	"sqlite":   func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/notewire.db" },
	"postgres": func(t *testing.T) string { return pgtest.Shared(t).NewDatabase(t).URL },
}

// onBoth runs a test on both engines.
func onBoth(t *testing.T, f func(t *testing.T, database string)) {
	for name, fresh := range engines {
		t.Run(name, func(t *testing.T) { f(t, fresh(t)) })
	}
}

// log is output that is written by one goroutine and read by another.
type log struct {
	mu      sync.Mutex
	b       bytes.Buffer
	waiting []chan struct{} // closed at the next write
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.waiting {
		close(w)
	}
	l.waiting = nil
	return l.b.Write(p)
}

// wait blocks until text has been written.
func (l *log) wait(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		l.mu.Lock()
		found, next := strings.Contains(l.b.String(), text), make(chan struct{})
		l.waiting = append(l.waiting, next)
		l.mu.Unlock()
		if found {
			return
		}
		select {
		case <-next:
		case <-deadline:
			t.Fatalf("%q does not come: %s", text, l)
		}
	}
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// service is serve or dev, running in this process.
type service struct {
	t      *testing.T
	url    string
	stop   context.CancelFunc // what SIGTERM does
	done   chan struct{}
	status int
	stdout *log
	stderr *log
}

// start runs serve or dev until the test ends, and waits for its address.
func start(t *testing.T, args ...string) *service {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	r, w := io.Pipe()
	s := &service{t: t, stop: stop, done: make(chan struct{}), stdout: new(log), stderr: new(log)}
	args = append(args, "--listen", "127.0.0.1:0", "--log-level", "debug", "--drain", "0s")
	if args[0] == "serve" {
		args = append(args, "--files", t.TempDir())
	}
	go func() {
		defer close(s.done)
		s.status = run(ctx, args, strings.NewReader(""), io.MultiWriter(w, s.stdout), s.stderr)
		_ = w.Close()
	}()
	t.Cleanup(func() { s.end() })
	s.url = address(t, r)
	if s.url == "" {
		<-s.done
		t.Fatalf("ended with %d before it was ready: %s", s.status, s.stderr)
	}
	go func() { _, _ = io.Copy(io.Discard, r) }() // ends when w is closed
	return s
}

// end stops the service and answers how it ended.
func (s *service) end() int {
	s.stop()
	select {
	case <-s.done:
	case <-time.After(patience):
		s.t.Fatalf("the server does not end: %s", s.stderr)
	}
	return s.status
}

// address reads output up to the line with the address, and answers it; empty
// if the output ends before.
func address(t *testing.T, r io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "notewire is listening on "); ok {
			return url
		}
	}
	return ""
}

// call calls an endpoint and answers the status and the decoded body.
func call(t *testing.T, url, endpoint string, params map[string]any) (status int, answer map[string]any) {
	t.Helper()
	return callFor(t, url, endpoint, params, &answer), answer
}

// callFor is call for an answer of any type.
func callFor(t *testing.T, url, endpoint string, params map[string]any, answer any) (status int) {
	t.Helper()
	body, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/"+endpoint, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Close = true // goleak: no connection is kept
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil && resp.ContentLength > 0 {
		t.Fatalf("%s: %v", endpoint, err)
	}
	return resp.StatusCode
}

// connect opens a websocket with a token.
func connect(t *testing.T, url, token string) *websocket.Conn {
	t.Helper()
	return dial(t, url+"/streaming?i="+token)
}

func connectAnonymous(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	return dial(t, url+"/streaming")
}

func dial(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, resp, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

// join joins a channel and waits until it is joined.
func join(t *testing.T, c *websocket.Conn, channel string) {
	t.Helper()
	say(t, c, `{"type":"connect","body":{"channel":"`+channel+`","id":"1","pong":true}}`)
	if got := hear(t, c); got != `{"type":"connected","body":{"id":"1"}}` {
		t.Fatalf("joining %s: got %s", channel, got)
	}
}

func say(t *testing.T, c *websocket.Conn, frame string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := c.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, c *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, frame, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(frame)
}

// closed reads until the server closes, and answers with which code.
func closed(t *testing.T, c *websocket.Conn) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		if _, _, err := c.Read(ctx); err != nil {
			return int(websocket.CloseStatus(err))
		}
	}
}
