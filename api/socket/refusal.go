package socket

import (
	"fmt"
	"net/http"
	"strconv"
)

// RefusalLabel names a reason for which an upgrade was refused, for metrics.
type RefusalLabel int

// The reasons for which an upgrade is refused.
const (
	RefusedPlain        RefusalLabel = iota // no upgrade asked for
	RefusedMethod                           // an upgrade that is not a GET
	RefusedHeaders                          // version, key or Upgrade header
	RefusedUnauthorized                     // unknown token
	RefusedSuspended                        // suspended user
	RefusedTooMany                          // too many connections
	RefusedDraining                         // the server goes away
	RefusedFailed                           // the server's own fault, or the client was gone
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

// Refusal is a gateway's HTTP answer in place of the 101. It is a value, and an
// error, too.
type Refusal struct {
	// Status is the HTTP status.
	Status int
	// Label is under which reason it is counted.
	Label RefusalLabel
	// Body is constant text, never anything of the request. Default: empty.
	Body string
	// ContentType is the type of a Body that is not empty.
	ContentType string
	// Header is sent beside what every refusal has: Cache-Control, Connection and
	// Content-Length. With Upgrade in it, Connection names that, too.
	Header map[string]string
}

// Error is the refusal as an error text.
func (r *Refusal) Error() string {
	return fmt.Sprintf("upgrade refused with %d (%s)", r.Status, r.Label)
}

func (r *Refusal) write(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range r.Header {
		h.Set(k, v)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close") // first: net/http looks no further
	if h.Get("Upgrade") != "" {
		// RFC 9110, section 7.8: who sends Upgrade names it in Connection.
		h.Add("Connection", "Upgrade")
	}
	if r.Body != "" {
		h.Set("Content-Type", r.ContentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(r.Body)))
	w.WriteHeader(r.Status)
	// The client may be gone; nobody is left to tell.
	_, _ = w.Write([]byte(r.Body))
}
