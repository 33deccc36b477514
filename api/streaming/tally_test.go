package streaming

import (
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"notewire/protocol"
	"notewire/protocol/wire"
)

// TestWroteCountsByType writes a queue of all types out in pieces of every
// size: however it is cut, each type has its frames and bytes.
func TestWroteCountsByType(t *testing.T) {
	id := protocol.EncodeID("1")
	frames := []entry{
		{frame: protocol.Encoder{}.Event(id, "note", nil, "")},
		{frame: protocol.Encoder{}.Event(id, "notification", nil, "")},
		{control: pingFrame},
		{frame: protocol.Encoder{}.NoteChanged("", protocol.NoteChange{Note: "n", Type: "reacted"}, "")},
		{frame: protocol.Encoder{}.Joined(id, "")},
		{frame: protocol.Encoder{}.Broadcast("emojiAdded", nil)},
		{frame: protocol.APIResultFrame("1", nil)},
		{frame: wire.NewFrame(0, []byte("pong"))},
		{control: &control{wire: []byte{0x80 | opPong, 0}}},
		{control: closeFrame(closeSlow)},
	}
	type traffic struct{ frames, bytes int64 }
	want, total := map[string]traffic{}, 0
	for i := range frames {
		k := frames[i].kind().String()
		n := want[k]
		want[k] = traffic{n.frames + 1, n.bytes + int64(frames[i].size())}
		total += frames[i].size()
	}
	if len(want) != int(outKinds) {
		t.Fatalf("types %v: not all", want)
	}
	for piece := 1; piece <= total; piece++ {
		var s Stats
		var waiting atomic.Int64
		q := &queue{budget: newQueueBudget(1<<30, &s.QueueBytes, &waiting)}
		for _, e := range frames {
			q.charge(e.size())
			q.push(e)
		}
		if n := waiting.Load(); n != int64(len(frames)) {
			t.Fatalf("%d frames wait", n)
		}
		done := 0
		for len(q.entries) > 0 {
			iov, _ := q.collect(nil, 3, 1<<20)
			n := 0
			for _, b := range iov {
				n += len(b)
			}
			done += q.wrote(min(n, piece), s.tally(5))
		}
		got := map[string]traffic{}
		s.EachOut(func(typ string, f, b int64) { got[typ] = traffic{f, b} })
		if !maps.Equal(got, want) || done != len(frames) || waiting.Load() != 0 {
			t.Fatalf("in pieces of %d: %v, %d frames, %d still wait; want %v", piece, got, done, waiting.Load(), want)
		}
	}
}

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
		s.tally(3).in[inKindOf(protocol.Decode([]byte(text)))].add(1, len(text))
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
