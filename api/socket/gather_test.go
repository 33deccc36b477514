package socket

import (
	"runtime"
	"testing"

	"notewire/protocol/wire"
)

// What is gathered waits for the flush and then goes out in its order, and so
// does what others send meanwhile; a gate that was shut in between holds.
func TestGather(t *testing.T) {
	for name, tls := range map[string]bool{"tcp": false, "tls": true} {
		t.Run(name, func(t *testing.T) {
			start := plain
			if tls {
				start = startTLS
			}
			ts := newTestServer(t, Limits{}, start)
			sv := ts.dial(t, 0)
			var left wire.Gate
			sv.Gather(text(0, 100), nil)
			sv.Gather(text(1, 100), nil)
			sv.Send(text(2, 100), nil)
			if n := sv.waiting(); !tls && n != 3*102 {
				t.Errorf("%d bytes wait for the flush", n)
			}
			if !tls { // over TLS they are on their way
				sv.Gather(text(99, 100), &left)
				left.Shut()
			}
			sv.ping()
			sv.Gather(text(3, 100), nil)
			sv.Flush()
			for i := range 4 {
				f, err := sv.client.Next()
				if err == nil && f.Op == opPing {
					f, err = sv.client.Next()
				}
				if err != nil || number(t, f) != i {
					t.Fatalf("frame %d: %+v, %v", i, f, err)
				}
			}
			<-sv.Flushed()
			if n := sv.waiting(); n != 0 {
				t.Errorf("%d bytes still wait", n)
			}
			sv.Flush() // with nothing gathered: nothing
			if r := sv.end(t); r != endedGone {
				t.Errorf("ended with %v", r)
			}
			sv.Gather(text(5, 100), nil) // after the end: nothing
			sv.Flush()
			if n := ts.tr.budget.bytes.Load(); n != 0 {
				t.Errorf("%d bytes are still counted as waiting", n)
			}
		})
	}
}

// Much that is gathered is written before the flush, so that gathering makes
// nobody slow.
func TestGatherIsBounded(t *testing.T) {
	ts := newTestServer(t, Limits{QueueFrames: gatherFrames + 1, QueueBytes: 2 * gatherBytes}, plain)
	sv := ts.dial(t, 0)
	const n = 20 * gatherFrames
	for i := range n {
		sv.Gather(text(i, 100), nil)
	}
	for i := range n / gatherFrames * gatherFrames {
		if f, err := sv.client.Next(); err != nil || number(t, f) != i {
			t.Fatalf("frame %d: %+v, %v", i, f, err)
		}
	}
	for i := range 10 {
		sv.Gather(text(i, gatherBytes/4), nil)
	}
	sv.Flush()
	for i := range 10 {
		if f, err := sv.client.Next(); err != nil || number(t, f) != i {
			t.Fatalf("frame %d: %+v, %v", i, f, err)
		}
	}
	sv.end(t)
}

// Frames that wait for the flush only do not make a client slow that takes them,
// however small its queue.
func TestGatheringIsNotSlowness(t *testing.T) {
	for name, c := range map[string]struct {
		limits Limits
		sizes  []int
	}{
		"few frames":       {Limits{QueueFrames: 2}, []int{3000, 3000, 3000, 3000, 3000}},
		"few bytes":        {Limits{QueueBytes: 16 << 10}, []int{9000, 9000, 9000, 100, 9000}},
		"one large frame":  {Limits{}, []int{50_000, 1_000_000, 100}},
		"as much as fits":  {Limits{QueueBytes: 10_004}, []int{10_000, 10_000}},
		"and much of that": {Limits{QueueFrames: 1}, make([]int, 50)},
	} {
		t.Run(name, func(t *testing.T) {
			ts := newTestServer(t, c.limits, plain)
			sv := ts.dial(t, 4<<20)
			read := make(chan int)
			go func() {
				n := 0
				for range c.sizes {
					if f, err := sv.client.Next(); err != nil || f.Op != opText {
						break
					}
					n++
				}
				read <- n
			}()
			for i, size := range c.sizes {
				sv.Gather(text(i, max(size, 10)), nil)
				// As long as the kernel takes it, which is what this is about.
				for sv.waiting() > 0 && !sv.gatheringNow() {
					runtime.Gosched()
				}
			}
			sv.Flush()
			if n := <-read; n != len(c.sizes) || sv.Closing() {
				t.Errorf("%d of %d frames came, closing: %v", n, len(c.sizes), sv.Closing())
			}
			sv.end(t)
		})
	}
}

func (sv *served) gatheringNow() bool {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	return sv.gathering
}

// Where the kernel has no room, what is gathered waits like all the rest, and
// goes on when the client reads.
func TestGatherIntoAFullSocket(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	sv := ts.dial(t, 64<<10)
	sent := sv.fill(t, 100_000, nil)
	for range 3 {
		for range 5 {
			sv.Gather(text(sent, 5000), nil)
			sent++
		}
		sv.Flush()
	}
	if sv.waiting() < 5*5000 {
		t.Error("a full socket took it all")
	}
	for i := range sent {
		if f, err := sv.client.Next(); err != nil || number(t, f) != i {
			t.Fatalf("frame %d of %d: %v", i, sent, err)
		}
	}
	<-sv.Flushed()
	// The place is free again: the next frame goes out at once.
	before := ts.tr.stats.Queued.Load()
	sv.Send(text(0, 10), nil)
	if n := ts.tr.stats.Queued.Load(); n != before {
		t.Error("somebody still has the writer's place")
	}
	sv.end(t)
}

// A connection that ends while something is gathered leaves nothing behind.
func TestEndWhileGathering(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	for _, end := range []func(sv *served){
		func(sv *served) { sv.abort(endedPing) },
		func(sv *served) { _ = sv.client.Conn.Close() },
		func(sv *served) { sv.Close(CloseRestart); sv.Flush(); sv.client.WantClose(t, 1012) },
		func(sv *served) { sv.overflow(closeCrowded); sv.Flush(); sv.client.WantClose(t, 1013) },
	} {
		sv := ts.dial(t, 0)
		sv.Gather(text(1, 100), nil)
		end(sv)
		sv.Flush()
		<-sv.ended
		sv.Flush()
	}
	if n, frames := ts.tr.budget.bytes.Load(), ts.tr.budget.frames.Load(); n != 0 || frames != 0 {
		t.Errorf("%d bytes and %d frames are still counted as waiting", n, frames)
	}
}
