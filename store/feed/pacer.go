package feed

import "time"

// often is how close together events come when that counts as load: 4,000/s.
// Far below it a longer pause would save little, and turn a steady stream of
// notes into bursts, which fan-out answers with latency.
const often = 250 * time.Microsecond

// Pacer says how long to wait between rounds, of reading or of telling, each
// of which takes everything that has come since the one before. A round costs
// the database and the node much the same whatever it takes. So while rounds
// take 4,000 events/s and more they drift apart, each time by twice the pause
// and up to Most; the pause goes back to Least once they take less than half
// of that. Least and Most do not change once Took was called. Used by one
// goroutine.
type Pacer struct {
	Least, Most time.Duration

	now time.Duration
}

// Took notes how many events a round took, and answers the pause after it.
func (p *Pacer) Took(events int) time.Duration {
	switch pause, load := p.Pause(), time.Duration(events)*often; {
	case load >= pause:
		p.now = max(p.Least, min(2*pause, p.Most))
	case 2*load < pause:
		p.now = p.Least
	}
	return p.Pause()
}

// Pause is the pause after the last round.
func (p *Pacer) Pause() time.Duration { return max(p.now, p.Least) }

// Busy says that the last rounds took so much that the next may be expected
// to find something.
func (p *Pacer) Busy() bool { return p.now > p.Least }
