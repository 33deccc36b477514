package protocol

import (
	"bytes"
	"encoding/json"
	"iter"
)

// kind is what a JSON value is, told by its first byte.
type kind byte

const (
	kindAbsent kind = iota
	kindNull
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)

// kindOf says what the trimmed, valid JSON value is; kindAbsent for none.
func kindOf(value []byte) kind {
	if len(value) == 0 {
		return kindAbsent
	}
	switch value[0] {
	case 'n':
		return kindNull
	case 't', 'f':
		return kindBool
	case '"':
		return kindString
	case '[':
		return kindArray
	case '{':
		return kindObject
	default:
		return kindNumber
	}
}

// member is one key and value of a JSON object. Both point into the object's
// bytes; the key still has its quotes and escapes.
type member struct{ key, value []byte }

// is says whether the key means name. It compares as JavaScript does: letter
// case counts, and an escaped key is the key that it stands for.
func (m member) is(name string) bool {
	raw := m.key[1 : len(m.key)-1]
	if len(raw) <= len(name) { // an escape is longer than what it stands for
		return string(raw) == name
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return false
	}
	key, ok := unquote(m.key)
	return ok && key == name
}

// members walks the keys and values of a valid JSON object in their order,
// duplicates included. encoding/json is not used for this because its struct
// decoding matches keys without regard to case.
func members(object []byte) iter.Seq[member] {
	return func(yield func(member) bool) {
		at := skipSpace(object, 1) // past '{'
		for at < len(object) && object[at] != '}' {
			keyEnd := valueEnd(object, at)
			key := object[at:keyEnd]
			at = skipSpace(object, keyEnd)
			at = skipSpace(object, at+1) // past ':'
			end := valueEnd(object, at)
			if !yield(member{key, object[at:end]}) {
				return
			}
			at = skipSpace(object, end)
			if at < len(object) && object[at] == ',' {
				at = skipSpace(object, at+1)
			}
		}
	}
}

// elements walks the values of a valid JSON array.
func elements(array []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		at := skipSpace(array, 1) // past '['
		for at < len(array) && array[at] != ']' {
			end := valueEnd(array, at)
			if !yield(array[at:end]) {
				return
			}
			at = skipSpace(array, end)
			if at < len(array) && array[at] == ',' {
				at = skipSpace(array, at+1)
			}
		}
	}
}

// lookup is the value of the last member with that name, as JSON.parse keeps
// it; nil if the object has none.
func lookup(object []byte, name string) []byte {
	var found []byte
	for m := range members(object) {
		if m.is(name) {
			found = m.value
		}
	}
	return found
}

// valid checks that data is one JSON value and answers it without the space
// around it. A byte order mark is not space (nor is it to JSON.parse).
func valid(data []byte) ([]byte, bool) {
	if !json.Valid(data) {
		return nil, false
	}
	return bytes.Trim(data, " \t\r\n"), true
}

func skipSpace(data []byte, at int) int {
	for at < len(data) {
		switch data[at] {
		case ' ', '\t', '\r', '\n':
			at++
		default:
			return at
		}
	}
	return at
}

// valueEnd is the index one past the JSON value that begins at at. The data
// has been checked to be valid, so only nesting and strings matter.
func valueEnd(data []byte, at int) int {
	switch data[at] {
	case '"':
		return stringEnd(data, at)
	case '{', '[':
		return containerEnd(data, at)
	}
	for at < len(data) {
		switch data[at] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return at
		}
		at++
	}
	return at
}

// containerEnd is the index one past the object or array that begins at at.
func containerEnd(data []byte, at int) int {
	depth := 0
	for at < len(data) {
		switch data[at] {
		case '"':
			at = stringEnd(data, at)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
		at++
	}
	return at
}

// stringEnd is the index one past the closing quote of the string at at.
func stringEnd(data []byte, at int) int {
	for from := at + 1; from < len(data); {
		quote := bytes.IndexByte(data[from:], '"')
		if quote < 0 {
			break
		}
		end := from + quote
		escapes := 0
		for end-escapes > from && data[end-escapes-1] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return end + 1
		}
		from = end + 1
	}
	return len(data)
}

// unquote decodes a JSON string. Lone surrogates and bytes that are not UTF-8
// become U+FFFD. It answers false if the value is not a string.
func unquote(value []byte) (string, bool) {
	if kindOf(value) != kindString {
		return "", false
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return "", false
	}
	return s, true
}
