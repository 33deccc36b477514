package socket

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Upgrades are served where a mux would redirect; everything else is redirected
// as ever.
func TestUpgradesAreNotRedirected(t *testing.T) {
	mux := http.NewServeMux()
	for _, pattern := range []string{"/stream", "GET /sub/", "/a%2Fb/c", "/deep/{id}/", "/"} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, "%s %s %s", pattern, r.URL.Path, r.URL.RawQuery)
		})
	}
	redirected := 0
	for path, want := range map[string]string{
		"/stream":               "/stream /stream ",
		"//stream":              "/stream /stream ",
		"//stream?i=a//b":       "/stream /stream i=a//b",
		"/stream/.":             "/stream /stream ",
		"/x/../stream":          "/stream /stream ",
		"/./stream?i=x":         "/stream /stream i=x",
		"/../stream":            "/stream /stream ",
		"/sub/":                 "GET /sub/ /sub/ ",
		"/sub":                  "GET /sub/ /sub/ ",
		"//sub":                 "GET /sub/ /sub/ ",
		"/sub//x/":              "GET /sub/ /sub/x/ ",
		"//a%2Fb/c":             "/a%2Fb/c /a/b/c ",
		"/deep/%2e%2e/x":        "/deep/{id}/ /deep/../x ",
		"//elsewhere.example/x": "/ /elsewhere.example/x ",
		"//":                    "/ / ",
	} {
		ask := func(h http.Handler, header string) *httptest.ResponseRecorder {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + header + "\r\n")))
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		if w := ask(WithoutRedirects(mux), upgradeHeader); w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s: %d %q, want %q", path, w.Code, w.Body, want)
		}
		bare, w := ask(mux, ""), ask(WithoutRedirects(mux), "")
		if w.Code != bare.Code || w.Header().Get("Location") != bare.Header().Get("Location") {
			t.Errorf("%s without an upgrade: %d %v, and by the mux %d %v", path, w.Code, w.Header(), bare.Code, bare.Header())
		}
		redirected += bare.Code / 300
	}
	if redirected == 0 {
		t.Error("the mux redirects nobody")
	}
}
