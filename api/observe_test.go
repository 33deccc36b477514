package api

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

type observed struct {
	mu   sync.Mutex
	seen []string
}

func (o *observed) Request(endpoint string, status int, took time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if took < 0 {
		endpoint = "negative"
	}
	o.seen = append(o.seen, fmt.Sprint(endpoint, " ", status))
}

// TestObserver holds the names that an observer hears to a set that clients
// cannot enlarge, and the status to the one that was answered.
func TestObserver(t *testing.T) {
	f := newFixture(t)
	o := &observed{}
	f.config.Observer = o
	for _, x := range []exchange{
		{path: "/api/t/write", send: `{"i":"` + aliceToken + `","text":"x"}`},
		{path: "/api/t/write", send: `{"i":"nobody's","text":"x"}`},
		{method: http.MethodOptions, path: "/api/t/write"},
		{method: http.MethodGet, path: "/api/t/open?text=x&i=" + aliceToken},
		{path: "/api/signin", send: `{`},
		{path: "/api/made/up/" + aliceToken, send: `{}`},
		{method: http.MethodGet, path: "/made/up/" + aliceToken},
		{method: http.MethodGet, path: "/healthz"},
		{method: http.MethodGet, path: "/files/made-up"},
	} {
		res := f.do(t, x)
		got := o.seen[len(o.seen)-1]
		o.seen[len(o.seen)-1] = got[:len(got)-len(fmt.Sprint(" ", res.Code))]
		if want := fmt.Sprint(" ", res.Code); got[len(got)-len(want):] != want {
			t.Errorf("%s %s was answered with%s, observed %q", x.method, x.path, want, got)
		}
	}
	want := []string{"t/write", "t/write", "t/write", "t/open", "signin", "unknown", "unknown", "/healthz", "/files/:key"}
	if !slices.Equal(o.seen, want) {
		t.Errorf("observed %q, want %q", o.seen, want)
	}
}
