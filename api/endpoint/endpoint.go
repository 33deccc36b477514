package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

// Meta is what is known of an endpoint without calling it.
type Meta struct {
	Name string // as in the path: "notes/create"

	Credential bool   // somebody must be signed in
	Permission string // what an app's token must allow ("write:notes"); empty: nothing
	Secure     bool   // only native tokens: anything else is ErrAccessDenied
	Moderator  bool   // only moderators and administrators
	Admin      bool   // only administrators

	Limit *Limit // nil: none

	GET   bool          // answers GET too, with params in the query
	Cache time.Duration // how long an anonymous GET may be kept; 0: not at all
	File  bool          // takes multipart/form-data with one file: Call.File

	Params *schema.Schema // nil: an object of whatever
	// Errors are the endpoint's own. Those that stand for an error of package
	// action (Error.For) are answered where the endpoint fails with that one.
	Errors []*Error
}

// Limit bounds how often one user, or one address where nobody is signed in,
// may call an endpoint.
type Limit struct {
	Key         string        // shared by endpoints with the same key; empty: the endpoint's name
	Duration    time.Duration // Max calls in any stretch of this length
	Max         int           // 0: no such bound
	MinInterval time.Duration // between two calls; 0: no such bound
}

// Endpoint is a Meta and the function behind it, with its types erased. It is
// made by Define.
type Endpoint struct {
	Meta
	run func(ctx context.Context, c *Call, params json.RawMessage) (Answer, error)
}

// Answer is an encoded result; empty means that there is no body (204 over
// HTTP).
type Answer []byte

// Nothing is the result of endpoints that answer without a body.
type Nothing struct{}

// NoParams is for endpoints that take none.
type NoParams struct{}

// Define makes an endpoint of what is known of it and a typed function. The
// function gets params that passed m.Params, with defaults filled in; it answers
// with what is encoded as JSON (a nil pointer or Nothing: without a body), with
// an *Error, with an error of package action that one of m.Errors stands for, or
// with any other error, which becomes INTERNAL_ERROR.
func Define[P, R any](m Meta, run func(ctx context.Context, c *Call, p P) (R, error)) Endpoint {
	if m.Params == nil {
		m.Params = schema.Object()
	}
	if m.Limit != nil && m.Limit.Key == "" {
		l := *m.Limit
		l.Key = m.Name
		m.Limit = &l
	}
	return Endpoint{m, func(ctx context.Context, c *Call, params json.RawMessage) (Answer, error) {
		var p P
		if err := json.Unmarshal(params, &p); err != nil {
			return nil, fmt.Errorf("reading the checked params of %s: %w", m.Name, err)
		}
		result, err := run(ctx, c, p)
		if err != nil {
			return nil, err
		}
		if _, none := any(result).(Nothing); none {
			return nil, nil
		}
		body, err := protocol.Marshal(result)
		if err != nil {
			return nil, fmt.Errorf("encoding the answer of %s: %w", m.Name, err)
		}
		if bytes.Equal(body, []byte("null")) {
			return nil, nil
		}
		return body, nil
	}}
}

// Maybe tells an absent member of params from null and from a value, where
// absent means "leave it as it is" and null "take it away".
type Maybe[T any] struct {
	Set   bool // the member is there
	Null  bool // and is null
	Value T    // otherwise
}

// UnmarshalJSON is called for members that are there.
func (m *Maybe[T]) UnmarshalJSON(b []byte) error {
	m.Set = true
	if string(b) == "null" {
		m.Null = true
		return nil
	}
	return json.Unmarshal(b, &m.Value)
}

// OrEmpty is the string, or the empty one for null.
func OrEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
