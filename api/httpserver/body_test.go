package httpserver

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// handlers are the ways in which a handler may treat a body.
var handlers = map[string]http.HandlerFunc{
	"that reads nothing": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
	"that reads all": func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusTeapot)
	},
	"that closes it": func(w http.ResponseWriter, r *http.Request) {
		_ = r.Body.Close()
		w.WriteHeader(http.StatusTeapot)
	},
	"that answers much": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1<<16)) },
}

// A request whose body does not come is answered and ended, whatever its path,
// method and content type are, whoever reads the body, and where no handler is
// asked.
func TestBodyThatDoesNotCome(t *testing.T) {
	requests := map[string]string{
		"POST text/plain":      "POST /api/ping HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nx",
		"POST JSON":            "POST /api/ping HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
		"POST multipart":       "POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 999\r\n\r\n--b\r\n",
		"GET with a body":      "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
		"no byte of it":        "PUT /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
		"more than is skipped": "PUT /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\nx",
		"chunks":               "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
		"half a chunk":         "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nx",
		"no trailer":           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
		"waits for 100":        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
		"expects nonsense":     "POST / HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nContent-Length: 9\r\n\r\nx",
		"OPTIONS *":            "OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
		"HTTP/1.0":             "POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 9\r\n\r\nx",
		"the second one":       "GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
		"headers":              "GET / HTTP/1.1\r\nHost: x\r\n",
		"nothing":              "",
	}
	for kind, h := range handlers {
		t.Run("a handler "+kind, func(t *testing.T) {
			_, addr := serve(t, Limits{HeaderTimeout: 200 * time.Millisecond, BodyStall: 200 * time.Millisecond, IdleTimeout: 200 * time.Millisecond}, h)
			for name, request := range requests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					c := dial(t, addr)
					write(c, request)
					answer := untilEnd(t, c)
					if request != "" && name != "headers" && !strings.HasPrefix(answer, "HTTP/1.") {
						t.Errorf("answered %q", answer)
					}
				})
			}
		})
	}
}

// A body that trickles is given up, by a handler that reads it and by net/http
// that skips it; the first is counted.
func TestBodyThatTrickles(t *testing.T) {
	for kind, want := range map[string]int64{"that reads all": 1, "that reads nothing": 0} {
		t.Run("a handler "+kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newPipes()
				s := serveOn(t, l, Limits{}, handlers[kind])
				c := l.dial(t.Context())
				begun := time.Now()
				var writing sync.WaitGroup
				writing.Go(func() {
					write(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n")
					for range 99999 {
						if _, err := c.Write([]byte("x")); err != nil {
							return
						}
						time.Sleep(100 * time.Millisecond) // ten bytes a second
					}
				})
				if answer, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 418 ") {
					t.Errorf("answered %q, %v", answer, err)
				}
				_ = c.Close()
				writing.Wait()
				if took, most := time.Since(begun), s.limits.BodyStall+time.Second; took > most {
					t.Errorf("ended after %v", took)
				}
				if got := s.SlowBodies(); got != want {
					t.Errorf("%d slow bodies were counted, want %d", got, want)
				}
			})
		})
	}
}

// A body that comes slowly but steadily is read to its end, unless it takes
// longer than anything may.
func TestBodyThatComesSlowly(t *testing.T) {
	const size, piece = 300 << 10, 512 // 2 KiB/s, so 150 s
	for name, tt := range map[string]struct {
		limits Limits
		whole  bool
	}{
		"steadily":         {Limits{}, true},
		"longer than ever": {Limits{BodyTimeout: time.Minute}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newPipes()
				got := make(chan int64, 1)
				serveOn(t, l, tt.limits, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					n, _ := io.Copy(io.Discard, r.Body)
					got <- n
				}))
				c := l.dial(t.Context())
				var writing sync.WaitGroup
				defer writing.Wait()
				defer func() { _ = c.Close() }()
				writing.Go(func() {
					write(c, fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", size))
					for range size / piece {
						if _, err := io.WriteString(c, strings.Repeat("x", piece)); err != nil {
							return
						}
						time.Sleep(250 * time.Millisecond)
					}
				})
				if n := <-got; (n == size) != tt.whole {
					t.Errorf("%d bytes of %d were read", n, size)
				}
			})
		})
	}
}

// Once a body was read, and where there is none, a handler may take its time,
// and the connection serves the next request.
func TestHandlerTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		serveOn(t, l, Limits{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-time.After(10 * time.Minute):
			case <-r.Context().Done():
				w.WriteHeader(http.StatusGone) // the client was taken to have left
			}
		}))
		c := l.dial(t.Context())
		defer func() { _ = c.Close() }()
		answers := bufio.NewReader(c)
		for _, request := range []string{
			"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
			"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
		} {
			write(c, request)
			res, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatalf("%q: %v", request, err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Errorf("%q was answered with %d", request, res.StatusCode)
			}
			time.Sleep(time.Minute) // less than IdleTimeout
		}
	})
}

// Headers have their own time, however they trickle.
func TestHeadersThatTrickle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		serveOn(t, l, Limits{HeaderTimeout: 3 * time.Second}, handlers["that reads all"])
		c := l.dial(t.Context())
		begun := time.Now()
		var writing sync.WaitGroup
		writing.Go(func() {
			for _, b := range []byte("GET / HTTP/1.1\r\nHost: " + strings.Repeat("x", 1000)) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
		if answer, err := io.ReadAll(c); len(answer) != 0 || err != nil {
			t.Errorf("answered %q, %v", answer, err)
		}
		_ = c.Close()
		writing.Wait()
		if took := time.Since(begun); took > 3*time.Second+200*time.Millisecond {
			t.Errorf("ended after %v", took)
		}
	})
}
