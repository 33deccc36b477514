package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

// meta is what is known of an endpoint without calling it.
type meta struct {
	name string // as in the path: "notes/create"

	credential bool   // somebody must be signed in
	permission string // what an app's token must allow ("write:notes"); empty: nothing
	secure     bool   // only native tokens: anything else is ACCESS_DENIED
	moderator  bool   // only moderators and administrators
	admin      bool   // only administrators

	limit *limit // nil: none

	get   bool          // answers GET too, with params in the query
	cache time.Duration // how long an anonymous GET may be kept; 0: not at all
	file  bool          // takes multipart/form-data with one file: Call.File

	params *schema.Schema // nil: an object of whatever
	errors []*Error       // those of its own, for the endpoint's description
}

// limit bounds how often one user, or one address where nobody is signed in,
// may call an endpoint.
type limit struct {
	key         string        // shared by endpoints with the same key; empty: the endpoint's name
	duration    time.Duration // max calls in any stretch of this length
	max         int           // 0: no such bound
	minInterval time.Duration // between two calls; 0: no such bound
}

// endpoint is a meta and the function behind it, with its types erased.
type endpoint struct {
	meta
	run func(ctx context.Context, c *Call, params json.RawMessage) (answer, error)
}

// answer is an encoded result; empty means that there is no body (204).
type answer []byte

// nothing is the result of endpoints that answer without a body.
type nothing struct{}

// noParams is for endpoints that take none.
type noParams struct{}

// define makes an endpoint of its metadata and a typed function. The function
// gets params that passed m.params, with defaults filled in; it answers with
// what is encoded as JSON (a nil pointer or nothing: 204), with an *Error, or
// with any other error, which becomes INTERNAL_ERROR.
func define[P, R any](m meta, run func(ctx context.Context, c *Call, p P) (R, error)) endpoint {
	if m.params == nil {
		m.params = schema.Object()
	}
	if m.limit != nil && m.limit.key == "" {
		l := *m.limit
		l.key = m.name
		m.limit = &l
	}
	return endpoint{m, func(ctx context.Context, c *Call, params json.RawMessage) (answer, error) {
		var p P
		if err := json.Unmarshal(params, &p); err != nil {
			return nil, fmt.Errorf("reading the checked params of %s: %w", m.name, err)
		}
		result, err := run(ctx, c, p)
		if err != nil {
			return nil, err
		}
		if _, none := any(result).(nothing); none {
			return nil, nil
		}
		body, err := protocol.Marshal(result)
		if err != nil {
			return nil, fmt.Errorf("encoding the answer of %s: %w", m.name, err)
		}
		if bytes.Equal(body, []byte("null")) {
			return nil, nil
		}
		return body, nil
	}}
}

// maybe tells an absent member of params from null and from a value, where
// absent means "leave it as it is" and null "take it away".
type maybe[T any] struct {
	Set   bool // the member is there
	Null  bool // and is null
	Value T    // otherwise
}

// UnmarshalJSON is called for members that are there.
func (m *maybe[T]) UnmarshalJSON(b []byte) error {
	m.Set = true
	if string(b) == "null" {
		m.Null = true
		return nil
	}
	return json.Unmarshal(b, &m.Value)
}
