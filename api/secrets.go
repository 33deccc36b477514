package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
)

// secretFields are the members of params and queries that hold what may not
// get into a log.
var secretFields = []string{"i", "token", "password", "currentPassword", "newPassword", "setupPassword"}

type secretsKey struct{}

// withRequest lets masked find what is secret in a request.
func withRequest(ctx context.Context, r *request) context.Context {
	return context.WithValue(ctx, secretsKey{}, r)
}

// secrets are the tokens and passwords of a request, wherever it has them.
func (r *request) secrets() []string {
	var found []string
	if token, ok := bearer(r.Header); ok {
		found = append(found, token)
	}
	query := r.URL.Query()
	members, _ := r.params.(map[string]any)
	for _, name := range secretFields {
		found = append(found, query[name]...)
		found = append(found, r.fields[name]...)
		if text, ok := members[name].(string); ok {
			found = append(found, text)
		}
	}
	return found
}

// masked is an error for the log: its text without the secrets of the request
// that ctx belongs to. No code here puts them into an error; this is for the
// libraries beneath and for what panics.
func masked(ctx context.Context, err error) string {
	text := err.Error()
	if r, ok := ctx.Value(secretsKey{}).(*request); ok {
		text = mask(text, r.secrets())
	}
	return text
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
	panic(mask(fmt.Sprintf("%v\n%s", p, debug.Stack()), r.secrets()))
}

// mask takes secrets out of a text. Very short ones would take half of the text
// with them, and are no secrets.
func mask(text string, secrets []string) string {
	const shortest = 4
	for _, s := range secrets {
		if len(s) >= shortest {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}
