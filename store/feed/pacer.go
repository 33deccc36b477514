package feed

import "time"

// busy is how many events since the last round count as load. With the
// defaults a round of 2 ms has that many at 4,000 events/s, and one of 10 ms
// still has at 800.
const busy = 8

// Pacer says how long to wait between rounds, of reading or of telling, each
// of which takes everything that has come since the one before. A round costs
// the database and the node much the same whatever it takes. So rounds that
// find much drift apart, each time by twice the pause and up to Most, and one
// that finds little brings the pause back to Least. Least and Most do not
// change once Took was called. Used by one goroutine.
type Pacer struct {
	Least, Most time.Duration

	now time.Duration
}

// Took notes how many events a round took, and answers the pause after it.
func (p *Pacer) Took(events int) time.Duration {
	if events < busy {
		p.now = p.Least
	} else {
		p.now = max(p.Least, min(2*p.Pause(), p.Most))
	}
	return p.now
}

// Pause is the pause after the last round.
func (p *Pacer) Pause() time.Duration { return max(p.now, p.Least) }

// Busy says that the last rounds took so much that the next may be expected
// to find something.
func (p *Pacer) Busy() bool { return p.now > p.Least }
