package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"notewire/api/endpoint"
)

// bearer reads the token of an Authorization header. As on Misskey the scheme
// is read with regard to case.
func bearer(h http.Header) (token string, ok bool) {
	return strings.CutPrefix(h.Get("Authorization"), "Bearer ")
}

// withRequest keeps what is secret in a request out of the log.
func withRequest(ctx context.Context, r *request) context.Context {
	return endpoint.WithSecrets(ctx, r.secrets)
}

// secrets are the tokens and passwords of a request, wherever it has them.
func (r *request) secrets() []string {
	found := endpoint.SecretsOf(r.params, r.URL.Query(), r.fields)
	if token, ok := bearer(r.Header); ok {
		found = append(found, token)
	}
	return found
}

// maskPanic is deferred: it takes the request's secrets out of a panic that goes
// by, which is logged where the params are not known.
func (r *request) maskPanic() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // a sentinel that is panicked with as it is
		panic(p)
	}
	panic(endpoint.Mask(fmt.Sprintf("%v\n%s", p, debug.Stack()), r.secrets()))
}
