package socket

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// WithoutRedirects serves mux, except that an upgrade is never redirected, since
// browsers do not follow a redirect of a websocket. Where the mux would send a
// client to another path (one without doubled slashes or dots, or that of a
// subtree), an upgrade is served as if it had come with that path.
func WithoutRedirects(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, upgrade := r.Header[headerUpgrade]; upgrade {
			r = withoutRedirect(mux, r)
		}
		mux.ServeHTTP(w, r)
	})
}

// withoutRedirect answers the request, or a copy of it with the path that the mux
// would redirect to.
func withoutRedirect(mux *http.ServeMux, r *http.Request) *http.Request {
	if escaped := r.URL.EscapedPath(); cleanPath(escaped) != escaped {
		r = withPath(r, cleanPath(escaped))
	}
	_, pattern := mux.Handler(r)
	if at := strings.IndexByte(pattern, '/'); at >= 0 && pattern[at:] == r.URL.Path+"/" {
		r = withPath(r, r.URL.EscapedPath()+"/")
	}
	return r
}

// withPath is a copy of the request with another path, which is escaped. If the
// path cannot be unescaped, it is the request itself.
func withPath(r *http.Request, escaped string) *http.Request {
	unescaped, err := url.PathUnescape(escaped)
	if err != nil {
		return r
	}
	to, u := *r, *r.URL
	u.Path, u.RawPath = unescaped, escaped
	to.URL = &u
	return &to
}

// cleanPath is the path that ServeMux redirects to: without doubled slashes and
// dots, beginning with a slash, and ending with one if it did.
func cleanPath(p string) string {
	if p == "" || p[0] != '/' {
		p = "/" + p
	}
	clean := path.Clean(p)
	if p[len(p)-1] == '/' && clean != "/" {
		clean += "/"
	}
	return clean
}
