package app

import (
	"context"
	"errors"
	"testing"
)

// A look-up ends with its caller, unless no connection has to be waited for.
func TestLookUpIsBounded(t *testing.T) {
	var idle bool
	bounded := func(ctx context.Context, _ int) (bool, error) { return ctx.Done() != nil, ctx.Err() }
	ctx, cancel := context.WithCancel(t.Context())
	for _, c := range []struct {
		name       string
		db         *Database
		idle, want bool
	}{
		{"another process", &Database{}, true, true},
		{"in this one, busy", &Database{idle: func() bool { return idle }}, false, true},
		{"in this one, idle", &Database{idle: func() bool { return idle }}, true, false},
	} {
		idle = c.idle
		if got, err := unwatchedIfIdle(c.db, bounded)(ctx, 0); err != nil || got != c.want {
			t.Errorf("%s: bounded %v, %v", c.name, got, err)
		}
	}
	cancel()
	idle = true
	if _, err := unwatchedIfIdle(&Database{idle: func() bool { return idle }}, bounded)(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}
