package socket

import (
	"maps"
	"testing"

	"notewire/protocol/wire"
)

// TestWroteCountsByType writes a queue of all types out in pieces of every
// size: however it is cut, each type has its frames and bytes.
func TestWroteCountsByType(t *testing.T) {
	kinds := []string{"zero", "one", "two", "three"}
	frames := []entry{
		{frame: wire.NewFrame(1, []byte("a note"))},
		{frame: wire.NewFrame(1, []byte("a notification"))},
		{control: pingFrame},
		{frame: wire.NewFrame(2, nil)},
		{frame: wire.NewFrame(0, []byte("pong"))},
		{frame: wire.NewFrame(3, make([]byte, 200))},
		{control: &control{wire: []byte{0x80 | opPong, 0}}},
		{control: closeFrame(closeSlow)},
	}
	names := map[outKind]string{outPing: "ping", outPong: "pong", outClose: "close"}
	for k, name := range kinds {
		names[outKind(k)] = name
	}
	want, total := map[string]Traffic{}, 0
	for i := range frames {
		name := names[frames[i].kind()]
		n := want[name]
		want[name] = Traffic{n.Frames + 1, n.Bytes + int64(frames[i].size())}
		total += frames[i].size()
	}
	if len(want) != len(kinds)+len(controlNames) {
		t.Fatalf("types %v: not all", want)
	}
	for piece := 1; piece <= total; piece++ {
		var s Stats
		q, _ := newTestQueue()
		waiting := &q.budget.frames
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
			done += q.wrote(min(n, piece), s.ofShard(5))
		}
		got := map[string]Traffic{}
		s.EachOut(kinds, func(typ string, f, b int64) { got[typ] = Traffic{f, b} })
		if !maps.Equal(got, want) || done != len(frames) || waiting.Load() != 0 {
			t.Fatalf("in pieces of %d: %v, %d frames, %d still wait; want %v", piece, got, done, waiting.Load(), want)
		}
	}
}
