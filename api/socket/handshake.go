package socket

import (
	"crypto/sha1" //nolint:gosec // RFC 6455 has it so
	"encoding/base64"
	"net/http"
	"strings"
)

// The headers of a handshake as net/http has them in its map. To look one up
// under the name that RFC 6455 gives it would take an allocation.
const (
	headerConnection = "Connection"
	headerUpgrade    = "Upgrade"
	headerKey        = "Sec-Websocket-Key"
	headerVersion    = "Sec-Websocket-Version"
	headerProtocol   = "Sec-Websocket-Protocol"
)

// UpgradeFault says what is wrong with a request for an upgrade.
type UpgradeFault int

// What may be wrong with a request for an upgrade (RFC 6455, section 4.2.1).
const (
	FaultNone    UpgradeFault = iota
	FaultPlain                // no upgrade is asked for, by GET or HEAD
	FaultMethod               // the method is not GET
	FaultUpgrade              // an upgrade to something other than a websocket
	FaultKey                  // Sec-WebSocket-Key is missing or not the base64 of 16 bytes
	FaultVersion              // Sec-WebSocket-Version is not 13
)

// CheckUpgrade says whether a request can be upgraded to a websocket. It looks
// at the headers only, so that it costs nothing to ask before anything else. The
// origin is the gateway's matter, and so are subprotocols.
func CheckUpgrade(r *http.Request) UpgradeFault {
	upgrade := r.Header[headerUpgrade]
	if len(upgrade) == 0 || upgrade[0] == "" || !hasToken(r.Header[headerConnection], "upgrade") || !r.ProtoAtLeast(1, 1) || r.ProtoMajor > 1 {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			return FaultMethod
		}
		return FaultPlain
	}
	keys, version := r.Header[headerKey], r.Header[headerVersion]
	switch {
	case r.Method != http.MethodGet:
		return FaultMethod
	case !hasToken(upgrade, "websocket"):
		return FaultUpgrade
	case len(keys) != 1 || !validKey(keys[0]):
		return FaultKey
	case len(version) == 0 || version[0] != "13":
		return FaultVersion
	}
	return FaultNone
}

// FirstSubprotocol is the first subprotocol that the client offers; empty if it
// offers none.
func FirstSubprotocol(r *http.Request) string {
	for _, list := range r.Header[headerProtocol] {
		for t := range strings.SplitSeq(list, ",") {
			if t = strings.TrimSpace(t); isToken(t) {
				return t
			}
		}
	}
	return ""
}

// acceptGUID is what RFC 6455, section 1.3, has appended to a client's key.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// maxAnswer is the size of a 101 without a subprotocol, and room for a short one,
// in bytes.
const maxAnswer = 256

// appendAnswer appends the 101 (RFC 6455, section 4.2.2), with the headers in the
// order in which Misskey sends them. A subprotocol that is no token is left out.
func appendAnswer(dst []byte, request http.Header, subprotocol string) []byte {
	var room [keyBytes + len(acceptGUID)]byte
	challenge := append(append(room[:0], strings.TrimSpace(request[headerKey][0])...), acceptGUID...)
	sum := sha1.Sum(challenge) //nolint:gosec // RFC 6455 has it so
	dst = append(dst, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	dst = base64.StdEncoding.AppendEncode(dst, sum[:])
	if isToken(subprotocol) {
		dst = append(append(dst, "\r\nSec-WebSocket-Protocol: "...), subprotocol...)
	}
	return append(dst, "\r\n\r\n"...)
}

// keyBytes is the size of a Sec-WebSocket-Key: the base64 of 16 bytes.
const keyBytes = 24

// validKey says whether a Sec-WebSocket-Key is the base64 of 16 bytes.
func validKey(key string) bool {
	var raw [keyBytes]byte // more than it decodes to
	if key = strings.TrimSpace(key); len(key) != keyBytes {
		return false
	}
	decoded, err := base64.StdEncoding.AppendDecode(raw[:0], []byte(key))
	return err == nil && len(decoded) == 16
}

// hasToken says whether one of the comma-separated lists has the token, in any
// case.
func hasToken(lists []string, token string) bool {
	for _, list := range lists {
		for t := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

// isToken says whether s is a token of RFC 9110, section 5.6.2.
func isToken(s string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		if !letter && !digit && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return len(s) > 0
}
