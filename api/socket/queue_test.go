package socket

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"notewire/protocol/wire"
)

func newTestQueue() (q *queue, used *atomic.Int64) {
	b := newQueueBudget(1 << 30)
	return &queue{budget: b}, &b.bytes
}

func (q *queue) add(f *wire.Frame, g *wire.Gate) {
	q.charge(f.Size())
	q.push(entry{frame: f, gate: g})
}

// take collects, and writes n bytes of it; all of it if n is negative.
func (q *queue) take(room, n int) (taken string, frames int) {
	iov, _ := q.collect(nil, 64, room)
	var b strings.Builder
	for _, w := range iov {
		b.Write(w)
	}
	taken = b.String()
	if n >= 0 {
		taken = taken[:n]
	}
	return taken, q.wrote(len(taken), new(counters))
}

func TestQueueKeepsFramesWhole(t *testing.T) {
	all := ""
	frames := make([]*wire.Frame, 20)
	for i := range frames {
		frames[i] = text(i, 8+i*7)
		all += string(frames[i].Bytes())
	}
	for _, step := range []int{1, 2, 9, 10, 11, 50, 1000} {
		q, used := newTestQueue()
		for _, f := range frames {
			q.add(f, nil)
		}
		if q.bytes != len(all) || used.Load() != int64(len(all)) {
			t.Fatalf("%d bytes counted, %d in total, want %d", q.bytes, used.Load(), len(all))
		}
		got, done := "", 0
		for len(q.entries) > 0 {
			iov, _ := q.collect(nil, 3, 100)
			n := 0
			for _, w := range iov {
				n += len(w)
			}
			if len(iov) > 3 || len(iov) > 1 && n > 100 {
				t.Fatalf("collected %d slices, %d bytes", len(iov), n)
			}
			n = min(n, step)
			got += strings.Join(asStrings(iov), "")[:n]
			done += q.wrote(n, new(counters))
		}
		if got != all || done != len(frames) || q.bytes != 0 || q.frames != 0 || used.Load() != 0 || q.entries != nil {
			t.Errorf("in steps of %d: %d frames, %d bytes and %d frames still counted, %d in total", step, done, q.bytes, q.frames, used.Load())
		}
	}
}

func asStrings(iov [][]byte) []string {
	s := make([]string, len(iov))
	for i, w := range iov {
		s[i] = string(w)
	}
	return s
}

func TestQueueSkipsShutGates(t *testing.T) {
	q, used := newTestQueue()
	var gates [4]wire.Gate
	for i := range gates {
		q.add(text(i, 8), &gates[i])
	}
	if taken, _ := q.take(1000, 3); taken != "\x81\x080" {
		t.Fatalf("took %q", taken)
	}
	gates[0].Shut() // too late: it was begun
	gates[2].Shut()
	taken, frames := q.take(1000, -1)
	if taken != "0000000\x81\x0800000001\x81\x0800000003" || frames != 3 {
		t.Errorf("took %q, %d frames", taken, frames)
	}
	if q.bytes != 0 || q.frames != 0 || used.Load() != 0 {
		t.Errorf("%d bytes, %d frames, %d in total are still counted", q.bytes, q.frames, used.Load())
	}
	// Nothing but skipped frames.
	q.add(text(9, 8), &gates[0])
	if taken, frames := q.take(1000, -1); taken != "" || frames != 0 || q.entries != nil {
		t.Errorf("took %q", taken)
	}
}

// What is in flight when a queue overflows is sent as far as the kernel takes
// it, and then only the rest of the frame that was begun.
func TestQueueTrimmedWhileInFlight(t *testing.T) {
	q, used := newTestQueue()
	for i := range 6 {
		q.add(text(i, 8), nil)
	}
	iov, _ := q.collect(nil, 4, 1000)
	if n := q.dropUnstarted(); n != 2 || len(iov) != 4 {
		t.Fatalf("dropped %d with %d in flight", n, len(iov))
	}
	if used.Load() != 40 {
		t.Errorf("%d bytes are counted while 40 are in flight", used.Load())
	}
	last := &control{wire: []byte{0x88, 0}}
	q.charge(2)
	q.push(entry{control: last})
	if n := q.wrote(15, new(counters)); n != 1 {
		t.Errorf("%d frames done", n)
	}
	if taken, frames := q.take(1000, -1); taken != "00001\x88\x00" || frames != 2 {
		t.Errorf("took %q, %d frames", taken, frames)
	}
	if q.bytes != 0 || q.frames != 0 || used.Load() != 0 {
		t.Errorf("%d bytes, %d frames, %d in total are still counted", q.bytes, q.frames, used.Load())
	}
}

func TestSharedFramesCountOnce(t *testing.T) {
	budget := newQueueBudget(25)
	used := &budget.bytes
	a, b := &queue{budget: budget}, &queue{budget: budget}
	f := text(1, 8)
	a.add(f, nil)
	b.add(f, nil)
	if used.Load() != 10 {
		t.Errorf("%d bytes counted", used.Load())
	}
	a.clear()
	if used.Load() != 10 {
		t.Errorf("%d bytes counted after one let go", used.Load())
	}
	a.add(text(2, 8), nil)
	if budget.over() || len(budget.exceeded) != 0 {
		t.Error("over the limit before it was passed")
	}
	a.add(text(3, 8), nil)
	if !budget.over() || len(budget.exceeded) != 1 {
		t.Error("passing the limit wakes nobody")
	}
	a.clear()
	b.clear()
	if used.Load() != 0 {
		t.Errorf("%d bytes counted in the end", used.Load())
	}
}

func TestWheel(t *testing.T) {
	l, _ := Limits{}.filled()
	w := newWheel(&l)
	sockets := make([]*Socket, 60)
	for i := range sockets {
		sockets[i] = new(Socket)
		w.add(sockets[i])
		if i%2 == 1 {
			w.turn(nil, nil)
		}
	}
	for _, i := range []int{0, 1, 30, 59} {
		w.remove(sockets[i])
	}
	if w.count != 56 || len(w.all()) != 56 {
		t.Fatalf("%d counted, %d there", w.count, len(w.all()))
	}
	pinged, checked := map[*Socket]int{}, map[*Socket]int{}
	for range wheelSlots {
		p, c := w.turn(nil, nil)
		for _, s := range p {
			pinged[s]++
		}
		for _, s := range c {
			checked[s]++
		}
	}
	for i, s := range sockets {
		want := 1
		if slices.Contains([]int{0, 1, 30, 59}, i) {
			want = 0
		}
		if pinged[s] != want || checked[s] != want {
			t.Errorf("socket %d: %d pings, %d checks in one round", i, pinged[s], checked[s])
		}
	}
}

func TestLabels(t *testing.T) {
	var s Stats
	seen := map[string]bool{}
	s.EachClose(func(l CloseLabel, _ int64) { seen["close "+l.String()] = true })
	s.EachRefusal(func(l string, _ int64) { seen["refusal "+l] = true })
	if len(seen) != int(closeLabels)+int(refusalLabels) || seen["close "] || seen["refusal "] {
		t.Errorf("labels are not distinct names: %v", seen)
	}
	for _, r := range []CloseReason{CloseRestart, CloseGap, CloseRevoked, closeSlow, closeCrowded, closeFlood, closeTooBig, closeProtocol, CloseBroken} {
		if r.Code == 1000 || r.Code != r.Label.Code() || r.Text == "" || len(r.Text) > 123 || !strings.Contains(r.Error(), r.Text) {
			t.Errorf("%+v: %v", r, r)
		}
	}
}
