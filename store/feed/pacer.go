package feed

import "time"

// loadInterval is the mean time between events from which on a reader is under
// load: 4,000 events/s. At rates far below it a longer pause would save little,
// and it would make bursts of a steady stream of notes, which take longer to
// fan out.
const loadInterval = 250 * time.Microsecond

// Pacer says how long to pause between rounds. A round is a read of the log, or
// a NOTIFY about it; each takes everything that has come since the round before,
// and costs the database and the node much the same however much that is. So
// while rounds take 4,000 events/s or more, the pause doubles from round to
// round, up to Most; once they take less than half of that, it goes back to
// Least. Least and Most must not change after the first call of Took. A Pacer
// belongs to one goroutine.
type Pacer struct {
	Least, Most time.Duration

	now time.Duration
}

// Took notes how many events a round took, and answers the pause after it.
func (p *Pacer) Took(events int) time.Duration {
	switch pause, load := p.Pause(), time.Duration(events)*loadInterval; {
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
