package wire

import "sync/atomic"

// Gate is open while a subscription lives. A queued frame whose gate was shut is
// not sent any more: Misskey's clients answer frames of a channel that they have
// left with another disconnect. The zero value is open.
type Gate struct{ shut atomic.Bool }

// Shut closes the gate for good.
func (g *Gate) Shut() { g.shut.Store(true) }

// Open says whether frames may pass. A nil gate is always open.
func (g *Gate) Open() bool { return g == nil || !g.shut.Load() }
