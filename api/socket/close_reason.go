package socket

import "fmt"

// Close codes of RFC 6455, section 7.4, and of its registry. The server never
// starts a close with 1000: the client library megalodon takes that as final and
// does not connect again.
const (
	CodeProtocol = 1002
	CodeNotUTF8  = 1007
	CodePolicy   = 1008
	CodeTooBig   = 1009
	CodeInternal = 1011
	CodeRestart  = 1012
	CodeTryLater = 1013
)

// CloseLabel names a way in which a connection ended, for metrics.
type CloseLabel int

// The ways in which a connection ends.
const (
	LabelClient    CloseLabel = iota // the client sent a close frame
	LabelGone                        // end of stream or a network error, without a close frame
	LabelPing                        // no pong for Limits.PongTimeout
	LabelCancelled                   // the server stopped
	LabelSlow                        // its queue passed a bound
	LabelCrowded                     // the fullest when all queues together passed theirs
	LabelRestart                     // the server drains
	LabelGap                         // events may have been missed
	LabelRevoked                     // token revoked, or user suspended or deleted
	LabelFlood                       // too many frames
	LabelTooBig                      // a frame past Limits.InboundFrame
	LabelProtocol                    // a violation of RFC 6455
	LabelNotUTF8                     // a text that is not valid UTF-8
	LabelBroken                      // a fault of the server while it carried out a frame
	closeLabels
)

var closeLabelNames = [closeLabels]string{
	"client", "gone", "ping", "cancelled", "slow", "crowded", "restart", "gap", "revoked", "flood", "too_big", "protocol", "not_utf8", "broken",
}

// String is the label as it stands in metrics.
func (l CloseLabel) String() string {
	if l < 0 || l >= closeLabels {
		return "unknown"
	}
	return closeLabelNames[l]
}

// closeLabelCodes has the code of the server's close frame for each label; 0: the
// server sends none.
var closeLabelCodes = [closeLabels]int{
	LabelSlow: CodeTryLater, LabelCrowded: CodeTryLater, LabelRestart: CodeRestart, LabelGap: CodeRestart,
	LabelRevoked: CodePolicy, LabelFlood: CodePolicy, LabelTooBig: CodeTooBig, LabelProtocol: CodeProtocol,
	LabelNotUTF8: CodeNotUTF8, LabelBroken: CodeInternal,
}

// Code is the close code that goes with the label; 0 if the server sends none.
func (l CloseLabel) Code() int {
	if l < 0 || l >= closeLabels {
		return 0
	}
	return closeLabelCodes[l]
}

// CloseReason says why a connection ended: the code and text of the close
// frame, and the label for metrics. Code 0 means that the server sent no close
// frame of its own. It is a value, comparable, and usable as an error.
type CloseReason struct {
	// Code is the close code on the wire, or 0.
	Code int
	// Text is the reason on the wire, at most 123 bytes, for people to read.
	Text string
	// Label is the metric label.
	Label CloseLabel
}

// Error is the reason as an error text.
func (r CloseReason) Error() string {
	if r.Code == 0 {
		return fmt.Sprintf("connection ended: %s", r.Label)
	}
	return fmt.Sprintf("connection closed with %d (%s): %s", r.Code, r.Label, r.Text)
}

// The reasons with which gateways close.
var (
	// CloseRestart ends all connections when the server drains.
	CloseRestart = CloseReason{CodeRestart, "the server is restarting, connect again", LabelRestart}
	// CloseGap ends connections that may have missed events: clients connect
	// again and fetch anew.
	CloseGap = CloseReason{CodeRestart, "events may have been missed, connect again", LabelGap}
	// CloseRevoked ends connections whose token or user is not valid any more.
	CloseRevoked = CloseReason{CodePolicy, "the token is not valid any more", LabelRevoked}
	// CloseBroken ends a connection for which the server failed.
	CloseBroken = CloseReason{CodeInternal, "the server failed, connect again", LabelBroken}
)

// The reasons with which the transport closes connections, or finds them ended.
var (
	closeSlow     = CloseReason{CodeTryLater, "too slow: too much was waiting for this client", LabelSlow}
	closeCrowded  = CloseReason{CodeTryLater, "too slow: the server's queues were full, and this one the fullest", LabelCrowded}
	closeFlood    = CloseReason{CodePolicy, "too many frames", LabelFlood}
	closeTooBig   = CloseReason{CodeTooBig, "message too big", LabelTooBig}
	closeProtocol = CloseReason{CodeProtocol, "protocol error", LabelProtocol}
	closeNotUTF8  = CloseReason{CodeNotUTF8, "a text has to be valid UTF-8", LabelNotUTF8}

	endedByClient = CloseReason{Label: LabelClient}
	endedGone     = CloseReason{Label: LabelGone}
	endedPing     = CloseReason{Label: LabelPing}
	endedStopped  = CloseReason{Label: LabelCancelled}
)
