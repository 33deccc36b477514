package channel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"notewire/protocol"
)

// errNoNote says that a notification which is about a note has none.
var errNoNote = errors.New("there is no note in it")

// rewriteNote makes a viewer's form of a packed note.
func rewriteNote(note []byte, v protocol.Variant) ([]byte, error) { return v.ApplyRaw(note) }

// rewriteNotification makes a viewer's form of a packed notification, which
// has the note as a member.
func rewriteNotification(body []byte, v protocol.Variant) ([]byte, error) {
	from, to, err := noteIn(body)
	if err != nil {
		return nil, fmt.Errorf("rewrite a notification: %w", err)
	}
	note, err := v.ApplyRaw(body[from:to])
	if err != nil {
		return nil, fmt.Errorf("rewrite a notification: %w", err)
	}
	return bytes.Join([][]byte{body[:from], note, body[to:]}, nil), nil
}

// noteIn finds the note of a packed notification: body[from:to]. A second one,
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
