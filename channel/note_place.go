package channel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"notewire/protocol"
)

// notePlace is where in an event's body its note stands.
type notePlace uint8

const (
	noNote       notePlace = iota
	noteIsBody             // the body is the packed note
	noteIsMember           // the body has it as its member "note"
)

// errNoNote says that a body which is to have a note has none.
var errNoNote = errors.New("there is no note in it")

// rewrite makes a viewer's variant of a body.
func (p notePlace) rewrite(body []byte, v protocol.Variant) ([]byte, error) {
	switch p {
	case noteIsBody:
		return v.ApplyRaw(body)
	case noteIsMember:
		from, to, err := noteIn(body)
		if err != nil {
			return nil, fmt.Errorf("rewrite a note in an event: %w", err)
		}
		note, err := v.ApplyRaw(body[from:to])
		if err != nil {
			return nil, fmt.Errorf("rewrite a note in an event: %w", err)
		}
		return bytes.Join([][]byte{body[:from], note, body[to:]}, nil), nil
	default:
		return nil, errNoNote
	}
}

// noteIn finds the note that is a member of a body: body[from:to]. A second one,
// which only a foreign writer could have put there, is refused: it would be
// left as it is.
func noteIn(body []byte) (from, to int, err error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	if _, err := dec.Token(); err != nil {
		return 0, 0, err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return 0, 0, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return 0, 0, err
		}
		if key != "note" {
			continue
		}
		if to != 0 {
			return 0, 0, errors.New("there are two notes in it")
		}
		to = int(dec.InputOffset())
		from = to - len(value)
	}
	if to == 0 {
		return 0, 0, errNoNote
	}
	return from, to, nil
}
