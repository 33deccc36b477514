package streaming

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// RefusalLabel names a reason for which an upgrade was refused, for metrics.
type RefusalLabel int

// The reasons for which an upgrade is refused.
const (
	RefusedPlain        RefusalLabel = iota // no upgrade asked for: 426
	RefusedMethod                           // an upgrade that is not a GET: 405
	RefusedHeaders                          // version, key or Upgrade header: 400
	RefusedUnauthorized                     // unknown token: 401
	RefusedSuspended                        // suspended user: 403
	RefusedTooMany                          // too many connections: 429
	RefusedDraining                         // the server goes away: 503
	RefusedFailed                           // the server's own fault: 500
	refusalLabels
)

var refusalLabelNames = [refusalLabels]string{
	"plain", "method", "headers", "unauthorized", "suspended", "too_many", "draining", "failed",
}

// String is the label as it stands in metrics.
func (l RefusalLabel) String() string {
	if l < 0 || l >= refusalLabels {
		return "unknown"
	}
	return refusalLabelNames[l]
}

// refusal is an HTTP answer in place of the 101. It is an error, too.
type refusal struct {
	status int
	label  RefusalLabel
	body   string            // constant text, never anything of the request
	header map[string]string // beside those that every refusal has
}

func (r *refusal) Error() string {
	return fmt.Sprintf("upgrade refused with %d (%s)", r.status, r.label)
}

// The refusals. Statuses, bodies and the WWW-Authenticate header are those of
// Misskey 2024.10 and of the websocket library behind it, except that a plain
// GET is told what it should have asked for.
var (
	refusePlain = &refusal{http.StatusUpgradeRequired, RefusedPlain, "", map[string]string{"Upgrade": "websocket"}}
	// refuseMethod answers an upgrade that is not a GET.
	refuseMethod  = &refusal{http.StatusMethodNotAllowed, RefusedMethod, "Invalid HTTP method", map[string]string{"Allow": "GET"}}
	refuseUpgrade = &refusal{http.StatusBadRequest, RefusedHeaders, "Invalid Upgrade header", nil}
	refuseKey     = &refusal{http.StatusBadRequest, RefusedHeaders, "Missing or invalid Sec-WebSocket-Key header", nil}
	refuseVersion = &refusal{http.StatusBadRequest, RefusedHeaders, "Missing or invalid Sec-WebSocket-Version header", map[string]string{"Sec-WebSocket-Version": "13"}}

	// refuseToken answers an unknown token, or an app token without read:account.
	refuseToken = &refusal{http.StatusUnauthorized, RefusedUnauthorized, "", map[string]string{
		"WWW-Authenticate": `Bearer realm="Misskey", error="invalid_token", error_description="Failed to authenticate"`,
	}}
	refuseSuspended = &refusal{http.StatusForbidden, RefusedSuspended, "", nil}
	refuseTooMany   = &refusal{http.StatusTooManyRequests, RefusedTooMany, "", nil}
	refuseDraining  = &refusal{http.StatusServiceUnavailable, RefusedDraining, "", nil}
	refuseFailed    = &refusal{http.StatusInternalServerError, RefusedFailed, "", nil}
)

// refuse writes the refusal as the answer and counts it. Every refusal ends the
// HTTP connection, as in Misskey, and may not be cached.
func (t *transport) refuse(w http.ResponseWriter, r *refusal) {
	t.stats.refusals[r.label].Add(1)
	h := w.Header()
	for k, v := range r.header {
		h.Set(k, v)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close") // first: net/http looks no further
	if h.Get("Upgrade") != "" {
		// RFC 9110, section 7.8: who sends Upgrade names it in Connection.
		h.Add("Connection", "Upgrade")
	}
	if r.body != "" {
		h.Set("Content-Type", "text/html")
	}
	h.Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	// The client may be gone; nobody is left to tell.
	_, _ = w.Write([]byte(r.body))
}

// checkUpgrade says why a request cannot be upgraded, or nil. It looks at the
// headers only, so that it costs nothing to ask before anything else.
func checkUpgrade(r *http.Request) *refusal {
	upgrade := r.Header.Get("Upgrade")
	if upgrade == "" || !hasToken(r.Header.Values("Connection"), "upgrade") || !r.ProtoAtLeast(1, 1) || r.ProtoMajor > 1 {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			return refuseMethod
		}
		return refusePlain
	}
	keys := r.Header.Values("Sec-WebSocket-Key")
	switch {
	case r.Method != http.MethodGet:
		return refuseMethod
	case !hasToken(r.Header.Values("Upgrade"), "websocket"):
		return refuseUpgrade
	case len(keys) != 1 || !validKey(keys[0]):
		return refuseKey
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return refuseVersion
	}
	return nil
}

// validKey says whether a Sec-WebSocket-Key is the base64 of 16 bytes.
func validKey(key string) bool {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(key))
	return err == nil && len(raw) == 16
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

// offeredSubprotocol is the first subprotocol that the client offers, as a list
// of none or one: Misskey accepts whatever comes first.
func offeredSubprotocol(h http.Header) []string {
	for _, list := range h.Values("Sec-WebSocket-Protocol") {
		for t := range strings.SplitSeq(list, ",") {
			if t = strings.TrimSpace(t); isToken(t) {
				return []string{t}
			}
		}
	}
	return nil
}

// isToken says whether s is a token of RFC 9110, section 5.6.2.
func isToken[T string | []byte](s T) bool {
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
