package chaostest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// report is what a run ends with.
type report struct {
	seed     uint64
	length   string
	faults   map[faultKind]int
	answered int // calls of writers
	unknown  int // calls whose answer was lost
	refused  int
	notes    int // committed
	events   int // committed
	connects int
	viewers  int
	ends     map[string]int // how connections ended
	refusals map[string]int // upgrades that failed
	gaps     map[string]int
	verdict  *verdict
}

// String is the table.
func (r *report) String() string {
	var b strings.Builder
	out := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	row := func(name string, value any) { fmt.Fprintf(out, "%s\t%v\n", name, value) }
	row("seed", r.seed)
	row("length", r.length)
	for _, kind := range slices.Sorted(maps.Keys(r.faults)) {
		row("  "+string(kind), r.faults[kind])
	}
	row("faults injected", sum(r.faults))
	row("calls answered / refused / answer lost", fmt.Sprintf("%d / %d / %d", r.answered, r.refused, r.unknown))
	row("notes committed", r.notes)
	row("events committed", r.events)
	row("viewers", r.viewers)
	row("deliveries expected", r.verdict.expected)
	row("lost", r.verdict.lost)
	row("doubled", r.verdict.doubled)
	row("leaked", r.verdict.leaked)
	row("never committed", r.verdict.phantoms)
	row("out of order", r.verdict.disorder)
	row("wrong cursors", r.verdict.cursors)
	row("reconnects", r.connects-r.viewers)
	row("connections ended", counts(r.ends))
	row("upgrades failed", counts(r.refusals))
	row("gaps", sum(r.gaps))
	_ = out.Flush() // to a strings.Builder
	return b.String()
}

func counts(m map[string]int) string {
	parts := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s: %d", k, m[k]))
	}
	return strings.Join(parts, ", ")
}

func sum[K comparable](m map[K]int) int {
	n := 0
	for _, v := range m {
		n += v
	}
	return n
}
