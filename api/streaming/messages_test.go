package streaming

import (
	"maps"
	"testing"
	"time"

	"notewire/protocol"
)

// TestInboundTypes sends one message of each type and for each reason to be
// ignored through the decoder.
func TestInboundTypes(t *testing.T) {
	want := map[string]int64{}
	var s Stats
	for name, text := range map[string]string{
		"connect":              `{"type":"connect","body":{"channel":"main","id":"1"}}`,
		"disconnect":           `{"type":"disconnect","body":{"id":"1"}}`,
		"channel":              `{"type":"ch","body":{"id":"1","type":"x","body":null}}`,
		"subNote":              `{"type":"sr","body":{"id":"n"}}`,
		"unsubNote":            `{"type":"un","body":{"id":"n"}}`,
		"readNotification":     `{"type":"readNotification"}`,
		"api":                  `{"type":"api","body":{"id":"1","endpoint":"meta"}}`,
		"ignored heartbeat":    `h`,
		"ignored ping":         `ping`,
		"ignored not_json":     `{`,
		"ignored not_object":   `[]`,
		"ignored unknown_type": `{"type":"x"}`,
		"ignored bad_body":     `{"type":"connect"}`,
		"ignored bad_member":   `{"type":"connect","body":{}}`,
	} {
		want[name] = int64(len(text))
		s.heard(3, inKindOf(protocol.Decode([]byte(text))), len(text))
	}
	got := map[string]int64{}
	s.EachIn(func(typ, ignored string, messages, bytes int64) {
		if ignored != "" {
			typ += " " + ignored
		}
		if messages == 1 {
			got[typ] = bytes
		}
	})
	if !maps.Equal(got, want) || len(want) != inKinds {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestHistogram(t *testing.T) {
	var h Histogram
	for _, d := range []time.Duration{-time.Second, 0, time.Millisecond, 1500 * time.Microsecond, time.Minute} {
		h.observe(d)
	}
	count, sum, atMost := h.Read()
	if count != 5 || sum != time.Minute+2500*time.Microsecond {
		t.Errorf("%d, %v", count, sum)
	}
	for bound, want := range map[time.Duration]uint64{time.Millisecond: 3, 2 * time.Millisecond: 4, 30 * time.Second: 4} {
		if atMost[bound] != want {
			t.Errorf("%d of at most %v, want %d", atMost[bound], bound, want)
		}
	}
}

// Outbound frames are called what the protocol calls them.
func TestOutboundTypes(t *testing.T) {
	var s Stats
	got := map[string]bool{}
	s.EachOut(func(typ string, _, _ int64) { got[typ] = true })
	want := map[string]bool{
		"other": true, "channel": true, "connected": true, "noteUpdated": true, "broadcast": true, "api": true,
		"ping": true, "pong": true, "close": true,
	}
	if !maps.Equal(got, want) {
		t.Errorf("types %v", got)
	}
}
