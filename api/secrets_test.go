package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"notewire/api/address"
	"notewire/api/endpoint"
	"strings"
	"testing"
)

// What panics or fails with a secret of its request in hand does not get it
// into the log, wherever in the request it stood.
func TestSecretsOfARequestAreMasked(t *testing.T) {
	const secret = "s3cretOfThisRequest"
	for _, c := range []struct {
		name string
		x    exchange
	}{
		{"query", exchange{method: http.MethodGet, path: "/api/t/blows?i=" + secret}},
		{"header", exchange{path: "/api/t/blows", header: [2]string{"Authorization", "Bearer " + secret}, send: `{}`}},
		{"body", exchange{path: "/api/t/blows", send: `{"i":"` + secret + `"}`}},
		{"query of a POST", exchange{path: "/api/t/blows?i=" + secret, send: `{}`}},
		{"password", exchange{path: "/api/t/blows", send: `{"currentPassword":"` + secret + `"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			for i, handler := range []func(*slog.HandlerOptions) slog.Handler{
				func(o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(f.logs, o) },
				func(o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(f.logs, o) },
			} {
				f.log = slog.New(handler(&slog.HandlerOptions{Level: slog.LevelDebug}))
				for _, how := range []func(){func() { panic("read " + secret) }, func() { panic(errors.New(secret)) }} {
					// Whoever is not known to the store fails in the lookup, so the panic is raised there.
					f.store.onLookup = how
					f.serveOnly(t, endpoint.Define(endpoint.Meta{Name: "t/blows", GET: true}, func(context.Context, *endpoint.Call, endpoint.NoParams) (endpoint.Nothing, error) {
						how()
						return endpoint.Nothing{}, nil
					}))
					if res := f.do(t, c.x); res.Code != http.StatusInternalServerError || strings.Contains(res.Body.String(), secret) {
						t.Errorf("handler %d: answered %d %s", i, res.Code, res.Body)
					}
				}
			}
			if logs := f.logs.String(); strings.Contains(logs, secret) || !strings.Contains(logs, "***") {
				t.Errorf("log: %s", logs)
			}
		})
	}
}

// Guesses at one password that come from many addresses are throttled too.
func TestGuessesAreThrottledByName(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimits = true })
	try := func(i int, name string) int {
		var body bytes.Buffer
		fmt.Fprintf(&body, `{"username":%q,"password":"x"}`, name)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/api/signin", &body)
		if err != nil {
			t.Fatal(err)
		}
		r.RemoteAddr = fmt.Sprintf("203.0.113.%d:1", i)
		r.Header.Set("Content-Type", "application/json")
		status, _ := w.send(r)
		return status
	}
	for i := range guessLimit.Max {
		if got := try(i, "nobody"); got != http.StatusNotFound {
			t.Fatalf("try %d got %d", i, got)
		}
	}
	if got := try(guessLimit.Max, "NOBODY"); got != http.StatusTooManyRequests {
		t.Errorf("one too many got %d", got)
	}
	if got := try(guessLimit.Max+1, "somebody"); got != http.StatusNotFound {
		t.Errorf("another name got %d", got)
	}
}

var inside = address.Proxies{netip.MustParsePrefix("10.0.0.0/8")}

// A client cannot make itself a new address for each try: what it says counts
// behind a trusted proxy only, and there only what the proxy added.
func TestThrottlingIsNotSpoofed(t *testing.T) {
	for _, c := range []struct {
		name    string
		proxies address.Proxies
		remote  string
		header  func(i int) string
		counted bool // as one address
	}{
		{"no proxy trusted", nil, "203.0.113.9:1", func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, true},
		{"not from the proxy", inside, "203.0.113.9:1", func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, true},
		{"left of the proxy's word", inside, "10.0.0.1:1", func(i int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.9", i) }, true},
		{"a trusted address, invented", inside, "10.0.0.1:1", func(i int) string { return fmt.Sprintf("10.9.9.%d, 203.0.113.9, 10.0.0.2", i) }, true},
		{"by the proxy's word", inside, "10.0.0.1:1", func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(config *Config) { config.RateLimits, config.TrustedProxies = true, c.proxies })
			last := 0
			for i := range signinLimit.Max + 1 {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/api/signin", strings.NewReader(`{"username":"nobody","password":"x"}`))
				if err != nil {
					t.Fatal(err)
				}
				r.RemoteAddr = c.remote
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("X-Forwarded-For", c.header(i))
				last, _ = w.send(r)
				w.now = w.now.Add(signinLimit.MinInterval)
			}
			if counted := last == http.StatusTooManyRequests; counted != c.counted {
				t.Errorf("the last try got %d", last)
			}
		})
	}
}

// Every answer keeps browsers from harm, errors and unknown paths too.
func TestSafetyHeaders(t *testing.T) {
	for base, sts := range map[string]string{"https://nw.example": hsts, "http://nw.example": ""} {
		w := newWorld(t, func(c *Config) { c.BaseURL = base })
		for _, x := range []struct{ method, path string }{
			{http.MethodPost, "/api/ping"}, {http.MethodGet, "/api/nothing"}, {http.MethodPost, "/api/nothing"}, {http.MethodPost, "/api/signin"},
			{http.MethodOptions, "/api/ping"}, {http.MethodGet, "/nowhere"}, {http.MethodGet, "/identicon/x"}, {http.MethodGet, "/files/x"},
			{http.MethodGet, "/nodeinfo/2.1"}, {http.MethodGet, "/healthz"},
		} {
			h := w.header(x.method, x.path)
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" || h.Get("Strict-Transport-Security") != sts {
				t.Errorf("%s %s on %s: %v", x.method, x.path, base, h)
			}
			if strings.HasPrefix(x.path, "/api/") && x.path != "/api/nothing" && h.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s %s: no CORS: %v", x.method, x.path, h)
			}
		}
	}
}

// header calls a path and answers the headers.
func (w *world) header(method, path string) http.Header {
	w.Helper()
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	return rec.Header()
}
