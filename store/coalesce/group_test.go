package coalesce_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"notewire/store"
	"notewire/store/coalesce"
)

// query is one that is under way: a test says how it ends.
type query struct {
	ctx  context.Context
	keys []string
	many bool
	end  chan func(found func(key, value string, err error)) error
}

// answer ends the query as a good one does: a key that begins with "no" is
// unknown, one that begins with "bad" is a row that cannot be read.
func (q *query) answer() {
	q.end <- func(found func(key, value string, err error)) error {
		for _, k := range slices.Backward(q.keys) {
			switch {
			case strings.HasPrefix(k, "no"):
			case strings.HasPrefix(k, "bad"):
				found(k, "", errBad)
			default:
				found(k, "value of "+k, nil)
			}
		}
		return nil
	}
}

func (q *query) fail(err error) {
	q.end <- func(func(key, value string, err error)) error { return err }
}

var (
	errBad    = errors.New("a bad row")
	errFailed = errors.New("the query failed")
)

// rig is a group over queries that a test ends.
type rig struct {
	*coalesce.Group[string, string]
	queries chan *query
}

func newRig(maxKeys int) *rig {
	r := &rig{queries: make(chan *query, 100)}
	r.Group = coalesce.New(coalesce.Config[string, string]{
		One: func(ctx context.Context, key string) (string, error) {
			value, err := "", store.ErrNotFound
			failed := r.run(&query{ctx: ctx, keys: []string{key}}, func(_, v string, e error) { value, err = v, e })
			if failed != nil {
				err = failed
			}
			return value, err
		},
		Many: func(ctx context.Context, keys []string, found func(key, value string, err error)) error {
			return r.run(&query{ctx: ctx, keys: keys, many: true}, found)
		},
		MaxKeys: maxKeys,
	})
	return r
}

func (r *rig) run(q *query, found func(key, value string, err error)) error {
	q.end = make(chan func(found func(key, value string, err error)) error)
	r.queries <- q
	select {
	case end := <-q.end:
		return end(found)
	case <-q.ctx.Done():
		return q.ctx.Err()
	}
}

// get looks a key up in a goroutine; what comes of it is "value" or "error: …".
func (r *rig) get(ctx context.Context, key string) <-chan string {
	out := make(chan string, 1)
	go func() {
		v, err := r.Get(ctx, key)
		if err != nil {
			v = "error: " + err.Error()
		}
		out <- v
	}()
	synctest.Wait() // it is with a query, or gathers
	return out
}

// next is the query that was begun.
func (r *rig) next(t *testing.T, keys ...string) *query {
	t.Helper()
	synctest.Wait()
	select {
	case q := <-r.queries:
		if !slices.Equal(q.keys, keys) {
			t.Errorf("a query of %q, want %q", q.keys, keys)
		}
		return q
	default:
		t.Fatalf("no query of %q", keys)
		return nil
	}
}

func (r *rig) none(t *testing.T) {
	t.Helper()
	synctest.Wait()
	if n := len(r.queries); n > 0 {
		t.Errorf("%d queries too many", n)
	}
}

func want(t *testing.T, got <-chan string, value string) {
	t.Helper()
	synctest.Wait()
	select {
	case v := <-got:
		if v != value {
			t.Errorf("got %q, want %q", v, value)
		}
	default:
		t.Errorf("no answer, want %q", value)
	}
}

// The first two go out at once, each alone. The others gather, also those with
// a key that is being looked up, and go out together with who came meanwhile.
func TestGathering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(0)
		ctx := t.Context()
		a, b := r.get(ctx, "a"), r.get(ctx, "b")
		qa, qb := r.next(t, "a"), r.next(t, "b")
		a2, no, bad, c, c2 := r.get(ctx, "a"), r.get(ctx, "no"), r.get(ctx, "bad"), r.get(ctx, "c"), r.get(ctx, "c")
		r.none(t)
		qa.answer()
		want(t, a, "value of a")
		q := r.next(t, "a", "no", "bad", "c")
		late, late2 := r.get(ctx, "a"), r.get(ctx, "d")
		r.none(t)
		q.answer()
		want(t, a2, "value of a")
		want(t, no, "error: "+store.ErrNotFound.Error())
		want(t, bad, "error: "+errBad.Error())
		want(t, c, "value of c")
		want(t, c2, "value of c")
		q = r.next(t, "a", "d") // never answered by a query that was under way
		q.answer()
		want(t, late, "value of a")
		want(t, late2, "value of d")
		qb.answer()
		want(t, b, "value of b")

		// Both places are free again.
		a, b = r.get(ctx, "a"), r.get(ctx, "b")
		r.next(t, "a").answer()
		r.next(t, "b").answer()
		want(t, a, "value of a")
		want(t, b, "value of b")
	})
}

// A query answers so many and no more, the longest wait first.
func TestBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(3)
		var all []<-chan string
		for i := range 2 + 3 + 3 + 1 {
			all = append(all, r.get(t.Context(), fmt.Sprint(i)))
		}
		first, second := r.next(t, "0"), r.next(t, "1")
		first.answer()
		r.next(t, "2", "3", "4").answer()
		third := r.next(t, "5", "6", "7")
		second.answer()
		alone := r.next(t, "8")
		if !third.many || alone.many {
			t.Error("one is looked up by the query of one, several by the other")
		}
		third.answer()
		alone.answer()
		for i, got := range all {
			want(t, got, fmt.Sprint("value of ", i))
		}
		r.none(t)
	})
}

// Each waits as long as its own context says, and a query goes on for the
// others.
func TestContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(0)
		busy := []<-chan string{r.get(t.Context(), "x"), r.get(t.Context(), "y")}
		qx, qy := r.next(t, "x"), r.next(t, "y")
		leaving := func(key string) (<-chan string, context.CancelFunc) {
			ctx, leave := context.WithCancel(t.Context())
			return r.get(ctx, key), leave
		}
		const gone = "error: waiting for a query: context canceled"

		gathering, leave := leaving("gathering")
		b, leaveB := leaving("b")
		c, leaveC := leaving("c")
		leave()
		want(t, gathering, gone)
		qx.answer()
		q := r.next(t, "b", "c")
		leaveB()
		want(t, b, gone)
		if q.ctx.Err() != nil {
			t.Error("the query was cancelled though somebody waits for it")
		}
		q.answer()
		want(t, c, "value of c")
		leaveC()

		d, leaveD := leaving("d")
		r.next(t, "d") // its caller's own
		e, leaveE := leaving("e")
		f, leaveF := leaving("f")
		leaveD()
		want(t, d, "error: context canceled")
		q = r.next(t, "e", "f")
		leaveE()
		leaveF()
		want(t, e, gone)
		want(t, f, gone)
		if q.ctx.Err() == nil {
			t.Error("nobody waits for the query any more, and it was not cancelled")
		}
		qy.answer()
		want(t, busy[0], "value of x")
		want(t, busy[1], "value of y")
		r.none(t)
	})
}

// A failure is that of the query's own calls.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(2)
		ctx := t.Context()
		x, y := r.get(ctx, "x"), r.get(ctx, "y")
		qx, qy := r.next(t, "x"), r.next(t, "y")
		a, b, c, d, e := r.get(ctx, "a"), r.get(ctx, "b"), r.get(ctx, "c"), r.get(ctx, "d"), r.get(ctx, "e")
		qx.fail(errFailed)
		want(t, x, "error: "+errFailed.Error())
		r.next(t, "a", "b").fail(errFailed)
		want(t, a, "error: "+errFailed.Error())
		want(t, b, "error: "+errFailed.Error())
		r.next(t, "c", "d").end <- func(found func(key, value string, err error)) error {
			found("c", "half of it", nil)
			panic("no such thing")
		}
		for _, got := range []<-chan string{c, d} {
			synctest.Wait()
			if v := <-got; !strings.HasPrefix(v, "error: a query panicked: no such thing") {
				t.Errorf("got %q", v)
			}
		}
		r.next(t, "e").answer()
		want(t, e, "value of e")
		qy.answer()
		want(t, y, "value of y")
	})
}

// A panic in a caller's own goroutine is the caller's, and its place is free.
func TestPanicOfOne(t *testing.T) {
	g := coalesce.New(coalesce.Config[int, int]{
		One: func(_ context.Context, n int) (int, error) {
			if n < 0 {
				panic("negative")
			}
			return n, nil
		},
	})
	for range 3 { // one more than there are places
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_, _ = g.Get(t.Context(), -1)
		}()
	}
	if n, err := g.Get(t.Context(), 1); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
