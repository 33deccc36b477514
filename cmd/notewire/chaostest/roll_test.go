package chaostest

import (
	"testing"
	"time"

	"notewire/store/postgres/pgtest"
)

// TestRollingRestart restarts three nodes one after the other while
// everybody writes and watches: nothing is lost or doubled, and nobody is cut
// off without a close frame.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	db := pgtest.Shared(t).NewDatabase(t)
	r := run{seed: chosenSeed(t), length: 8 * time.Second, rate: pace(), database: db.URL, cluster: pgtest.Shared(t)}
	for i := range 3 {
		r.faults = append(r.faults, fault{at: time.Duration(500+2000*i) * time.Millisecond, kind: rollNode, target: i})
	}
	r.nodes = newFleet(t, 3, db.URL, "--database-conns", "8", "--replay-events", resumable)
	r.writable = r.nodes
	rep := r.execute(t)
	if rep.ends["1012"] == 0 || len(rep.ends) > 1 {
		t.Errorf("connections ended %v, want them all with 1012", rep.ends)
	}
}
