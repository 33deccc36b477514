package relational_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/relational"
)

var (
	errBusy  = errors.New("busy")
	errOther = errors.New("other")
)

// engine is a fake that records what transactions do.
type engine struct {
	relational.Engine // panics where it is used without need
	log               []string
	begin, commit     func(n int) error // n counts from 1
	begun             int
}

func (e *engine) Begin(context.Context) (relational.Transaction, error) {
	e.begun++
	if e.begin != nil {
		if err := e.begin(e.begun); err != nil {
			return nil, err
		}
	}
	e.log = append(e.log, "begin")
	return &transaction{e: e}, nil
}

type transaction struct {
	relational.Transaction
	e *engine
}

func (t *transaction) Exec(context.Context, string, ...any) (int64, error) {
	t.e.log = append(t.e.log, "exec")
	return 1, nil
}

func (t *transaction) Commit(context.Context) error {
	if t.e.commit != nil {
		if err := t.e.commit(t.e.begun); err != nil {
			return err
		}
	}
	t.e.log = append(t.e.log, "commit")
	return nil
}

func (t *transaction) Rollback(ctx context.Context) error {
	if ctx.Err() != nil {
		t.e.log = append(t.e.log, "rollback with a dead context")
		return ctx.Err()
	}
	t.e.log = append(t.e.log, "rollback")
	return nil
}

type dialect struct{ relational.Dialect }

func (dialect) Retryable(err error) bool { return errors.Is(err, errBusy) }

func appendOne(ctx context.Context, tx *relational.Tx) error {
	return tx.AppendEvents(ctx, store.NewEvent{Topic: "a", Type: "b"})
}

func TestInTxRunsAgainWhatLost(t *testing.T) {
	busyTwice := func(n int) error {
		if n <= 2 {
			return errBusy
		}
		return nil
	}
	for _, c := range []struct {
		name   string
		engine engine
		do     func(n int) error
		want   []string
		err    error
	}{
		{"at once", engine{}, nil, []string{"begin", "exec", "commit"}, nil},
		{"busy at begin", engine{begin: busyTwice}, nil, []string{"begin", "exec", "commit"}, nil},
		{"busy inside", engine{}, busyTwice, []string{"begin", "rollback", "begin", "rollback", "begin", "exec", "commit"}, nil},
		{"busy at commit", engine{commit: busyTwice}, nil,
			[]string{"begin", "exec", "rollback", "begin", "exec", "rollback", "begin", "exec", "commit"}, nil},
		{"other errors are final", engine{}, func(int) error { return errOther }, []string{"begin", "rollback"}, errOther},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := c.engine
			db := relational.New(&e, dialect{})
			wakes := 0
			db.OnCommit(func() { wakes++ })
			err := db.InTx(t.Context(), func(ctx context.Context, tx *relational.Tx) error {
				if err := appendOne(ctx, tx); err != nil || c.do == nil {
					return err
				}
				return c.do(e.begun)
			})
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			if !slices.Equal(e.log, c.want) {
				t.Errorf("got %q, want %q", e.log, c.want)
			}
			if want := slices.Index(e.log, "commit"); (want >= 0) != (wakes == 1) {
				t.Errorf("%d wakes after %q", wakes, e.log)
			}
		})
	}
}

func TestInTxGivesUp(t *testing.T) {
	e := engine{begin: func(int) error { return errBusy }}
	err := relational.New(&e, dialect{}).InTx(t.Context(), appendOne)
	if !errors.Is(err, errBusy) {
		t.Errorf("error %v, want that of the last attempt", err)
	}
	if e.begun < 2 || e.begun > 20 {
		t.Errorf("%d attempts", e.begun)
	}
}

func TestInTxStopsWaitingWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	e := engine{begin: func(int) error { <-ctx.Done(); return errBusy }}
	if err := relational.New(&e, dialect{}).InTx(ctx, appendOne); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want DeadlineExceeded", err)
	}
}

// A connection goes back clean even when the caller is gone.
func TestInTxRollsBackWithoutItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := engine{}
	err := relational.New(&e, dialect{}).InTx(ctx, func(context.Context, *relational.Tx) error {
		cancel()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	if want := []string{"begin", "rollback"}; !slices.Equal(e.log, want) {
		t.Errorf("got %q, want %q", e.log, want)
	}
}
