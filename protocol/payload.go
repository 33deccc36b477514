package protocol

import "fmt"

// Payload is a piece of JSON that was encoded once and is shared, read-only,
// by all frames and connections. The nil Payload stands for null.
type Payload struct{ json []byte }

// NewPayload encodes v. The error is encoding/json's, for values that cannot
// be JSON.
func NewPayload(v any) (*Payload, error) {
	b, err := Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return &Payload{json: b}, nil
}

// RawPayload takes JSON that is valid already, for example from the event
// log. It keeps b, which must not be changed afterwards. Nothing at all
// counts as null.
func RawPayload(b []byte) *Payload {
	if len(b) == 0 {
		return nil
	}
	return &Payload{json: b}
}

// null is what an event without a body carries: strict clients index the key.
var null = []byte("null")

// JSON is the encoded value. It must not be changed.
func (p *Payload) JSON() []byte {
	if p == nil {
		return null
	}
	return p.json
}

// Size is the length of the encoded value in bytes.
func (p *Payload) Size() int { return len(p.JSON()) }

// MarshalJSON lets a payload be a member of what is encoded next.
func (p *Payload) MarshalJSON() ([]byte, error) { return p.JSON(), nil }
