package protocol

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// EncodedID is a string as JSON, quotes included, exactly as JavaScript's
// JSON.stringify prints it. Connection ids are encoded once, when the channel
// is joined, and then spliced into every frame. It can be a map key.
type EncodedID string

// EncodeID encodes a connection's, a note's or any other string.
func EncodeID(id string) EncodedID {
	return EncodedID(appendString(make([]byte, 0, len(id)+2), id))
}

// Decode is the string that was encoded.
func (id EncodedID) Decode() string {
	s, _ := unquote([]byte(id))
	return s
}

// appendString appends s as a JSON string as JSON.stringify prints it: only
// quotes, backslashes and control characters are escaped. encoding/json also
// escapes U+2028 and U+2029, and <, > and & unless told not to.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[from:i]...)
				dst = utf8.AppendRune(dst, utf8.RuneError)
				from = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
		i++
		from = i
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// Marshal encodes v as JSON the way JavaScript's JSON.stringify prints it:
// nothing is escaped for HTML, and there is no newline at the end. Everything
// that goes to clients is encoded by it.
func Marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return plainSeparators(bytes.TrimSuffix(buf.Bytes(), []byte{'\n'})), nil
}

// plainSeparators turns the escapes of U+2028 and U+2029, which encoding/json
// always writes, back into the characters.
func plainSeparators(b []byte) []byte {
	if !bytes.Contains(b, []byte(`\u202`)) {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		if rest := b[i:]; len(rest) >= 6 && string(rest[:5]) == `\u202` && (rest[5] == '8' || rest[5] == '9') {
			out = append(out, 0xe2, 0x80, 0xa8+rest[5]-'8')
			i += 5
			continue
		}
		out = append(out, b[i], b[i+1]) // an escaped backslash must not start another escape
		i++
	}
	return out
}
