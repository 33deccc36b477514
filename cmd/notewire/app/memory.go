package app

import (
	"context"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

// When memory is given back to the system: when little is allocated, and much
// is held that is not in use.
const (
	memoryLook   = 5 * time.Second
	memoryQuiet  = 50      // part of the live heap that may be allocated between two looks: 2 %
	memoryExcess = 4       // part of the live heap that may be held beyond it: 25 %
	memorySlack  = 8 << 20 // and this much besides, so that small servers are left alone
)

// memoryUse is what the runtime knows of the heap, in bytes.
type memoryUse struct {
	live      uint64 // after the last collection
	held      uint64 // in RAM
	allocated uint64 // since the start
}

// worth says whether a collection that gives back what is unused is worth its
// while: before is how it was a look ago.
func (m memoryUse) worth(before memoryUse) bool {
	quiet := m.allocated-before.allocated <= m.live/memoryQuiet+memorySlack/memoryExcess
	return quiet && m.held > m.live+m.live/memoryExcess+memorySlack
}

// giveBack returns to the system what a storm of connects leaves behind, once
// it has settled. The runtime's collector lets the heap grow to twice of what is
// live before it runs, and keeps that: with thousands of connections that only
// wait it would be a third of the server's memory. As nothing is done before a
// good part of the heap was allocated anew, and that slowly, collections that
// come from here are at least minutes apart.
func giveBack(ctx context.Context) error {
	t := time.NewTicker(memoryLook)
	defer t.Stop()
	before := readMemory()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		now := readMemory()
		if now.worth(before) {
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
			return 0 // a runtime that does not tell: then nothing is ever worth it
		}
		return s[i].Value.Uint64()
	}
	return memoryUse{live: n(0), allocated: n(1), held: n(2) + n(3) + n(4)}
}
