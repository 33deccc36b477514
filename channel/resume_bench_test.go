package channel

import (
	"fmt"
	"testing"

	"notewire/protocol"
	"notewire/store/feed"
)

// BenchmarkFramesWithCursor sends a public note to 1,000 members of
// localTimeline who use a few ids, without and with cursors: the one position
// of an event is encoded once and the frames are shared, so that it costs two
// looks per frame. Ahead is the rare case that each has a cursor of its own.
func BenchmarkFramesWithCursor(b *testing.B) {
	const conns = 1000
	for _, mode := range []string{"none", "shared", "ahead"} {
		b.Run("cursors="+mode, func(b *testing.B) {
			s, d := crowd(b, conns, nil, nil)
			ahead := feed.Position{}.Union(positionOf(b, map[int64]bool{1: true, 900: true}))
			for i, m := range s.members {
				k := Find("localTimeline")
				f, _ := k.Open("x", nil)
				var cur *Cursor
				switch mode {
				case "shared":
					cur = &Cursor{member: m}
				case "ahead":
					cur = &Cursor{member: m, start: ParseStart(ahead.Cursor())}
				}
				s.connect(m, k, protocol.EncodeID(fmt.Sprint(i%4)), f, false, cur)
				if mode == "ahead" {
					cur.state = live // as after a replay
				}
			}
			e := realNote(noteFactsBy("n", "author"))
			b.ReportAllocs()
			for b.Loop() {
				s.at = PositionAt(positionOf(b, map[int64]bool{1: true, 2: true, 3: true, 10: true}))
				s.deliver(e)
			}
			if got := d.n.Load(); got != int64(conns)*int64(b.N) {
				b.Fatalf("%d frames for %d notes", got, b.N)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(d.n.Load()), "ns/frame")
		})
	}
}
