package api

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

// TestHostileParams puts what nobody should send into every param of every
// endpoint. Whatever the answer is, it must not be a failure of the server:
// what passes a schema must fit the endpoint's params and its database.
func TestHostileParams(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	values := []any{
		nil, 0, -1, 1.5, 1e308, -1e308, 1 << 62, "", "\x00\U0010ffff\u202e", "'; --%", strings.Repeat("0", 40),
		[]any{}, []any{nil}, []any{"a"}, []any{[]any{"a"}}, map[string]any{}, map[string]any{"choices": []any{"a", "b"}, "expiresAt": 1e300},
	}
	for _, name := range w.pipeline.Registry().Names() {
		e, _ := w.pipeline.Registry().Find(name)
		// One that ends the test's own session, and one that takes a form.
		if name == "i/regenerate-token" || e.File {
			continue
		}
		base := map[string]any{}
		for _, f := range e.Params.Properties() {
			switch f.Schema.Type() {
			case "string":
				base[f.Name] = "a"
			case "integer", "number":
				base[f.Name] = 1
			case "boolean":
				base[f.Name] = true
			case "array":
				base[f.Name] = []any{"a"}
			}
		}
		for _, f := range e.Params.Properties() {
			for _, value := range values {
				params := maps.Clone(base)
				params[f.Name] = value
				if status, body := w.post(alice.Token, name, params); status == http.StatusInternalServerError && at(body, "error", "code") == "INTERNAL_ERROR" {
					t.Errorf("%s with %s = %v failed: %v", name, f.Name, value, body)
				}
			}
		}
	}
}
