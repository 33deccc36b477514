package app

import (
	"context"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

// Memory is given back to the system when little is allocated, and much is held
// that is not in use.
const (
	memoryCheckInterval = 5 * time.Second
	memoryQuietPart     = 50      // what may be allocated between two checks is the live heap divided by this: 2 %
	memoryExcessPart    = 4       // what may be held beyond the live heap is the live heap divided by this: 25 %
	memorySlack         = 8 << 20 // and so many bytes besides, so that small servers are left alone
)

// memoryUse is what the runtime knows of the heap, in bytes.
type memoryUse struct {
	live      uint64 // after the last collection
	held      uint64 // in RAM
	allocated uint64 // since the start
}

// isWorthCollecting says whether a collection that gives unused memory back would
// give back much and find the server idle. before is what was in use at the
// check before.
func (m memoryUse) isWorthCollecting(before memoryUse) bool {
	quiet := m.allocated-before.allocated <= m.live/memoryQuietPart+memorySlack/memoryExcessPart
	return quiet && m.held > m.live+m.live/memoryExcessPart+memorySlack
}

// returnMemory returns to the system, until ctx ends, the memory that many connects
// at once leave behind. The runtime's collector lets the heap grow to twice of
// what is live before it runs, and keeps that. With thousands of connections that
// only wait, what it keeps would be a third of the server's memory. Collections
// that are started here are at least minutes apart, since one comes only after a
// good part of the heap was allocated anew, and slowly.
func returnMemory(ctx context.Context) error {
	t := time.NewTicker(memoryCheckInterval)
	defer t.Stop()
	before := readMemory()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		now := readMemory()
		if now.isWorthCollecting(before) {
			debug.FreeOSMemory()
			now = readMemory()
		}
		before = now
	}
}

func readMemory() memoryUse {
	s := []runtimemetrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	runtimemetrics.Read(s)
	n := func(i int) uint64 {
		if s[i].Value.Kind() != runtimemetrics.KindUint64 {
			return 0 // a runtime that does not tell: then nothing is ever isWorthCollecting it
		}
		return s[i].Value.Uint64()
	}
	return memoryUse{live: n(0), allocated: n(1), held: n(2) + n(3) + n(4)}
}
