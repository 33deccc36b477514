package chaostest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"golang.org/x/sync/errgroup"
)

// fleet is the nodes of a run.
type fleet []*node

var errNobodyServes = errors.New("no node serves")

// newFleet starts count nodes on the database.
func newFleet(t *testing.T, count int, database string, more ...string) fleet {
	t.Helper()
	f := make(fleet, count)
	for i := range f {
		f[i] = newNode(t, fmt.Sprintf("node%d", i), database, more...)
	}
	f.start(t)
	return f
}

// start starts all nodes at once, as an operator's tools do: migrations must
// bear that.
func (f fleet) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var g errgroup.Group
	for _, n := range f {
		g.Go(func() error { return n.start(ctx) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

// pick draws the address of a node that serves.
func (f fleet) pick(r *rand.Rand) (string, error) {
	first := r.IntN(len(f))
	for i := range f {
		if url := f[(first+i)%len(f)].address(); url != "" {
			return url, nil
		}
	}
	return "", errNobodyServes
}
