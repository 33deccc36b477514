package feed

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestPacer(t *testing.T) {
	const ms = time.Millisecond
	for _, row := range []struct {
		name        string
		least, most time.Duration
		took        []int
		want        []time.Duration
	}{
		{"quiet", 2 * ms, 10 * ms, []int{0, 1, 7}, []time.Duration{2 * ms, 2 * ms, 2 * ms}},
		{"load", 2 * ms, 10 * ms, []int{8, 16, 32, 40}, []time.Duration{4 * ms, 8 * ms, 10 * ms, 10 * ms}},
		{"load that ends", 2 * ms, 10 * ms, []int{100, 100, 0, 100}, []time.Duration{4 * ms, 8 * ms, 2 * ms, 4 * ms}},
		{"load that gets less", 2 * ms, 10 * ms, []int{100, 100, 100, 39, 20, 19}, []time.Duration{4 * ms, 8 * ms, 10 * ms, 10 * ms, 10 * ms, 2 * ms}},
		{"a burst among a thousand a second", 2 * ms, 10 * ms, []int{2, 20, 4, 2}, []time.Duration{2 * ms, 4 * ms, 2 * ms, 2 * ms}},
		{"fixed", 2 * ms, 2 * ms, []int{100, 100}, []time.Duration{2 * ms, 2 * ms}},
		{"the wrong way round", 20 * ms, 10 * ms, []int{100, 100, 0}, []time.Duration{20 * ms, 20 * ms, 20 * ms}},
	} {
		p := Pacer{Least: row.least, Most: row.most}
		if p.Pause() != row.least || p.Busy() {
			t.Errorf("%s: at first %v, busy %v", row.name, p.Pause(), p.Busy())
		}
		var got []time.Duration
		for _, n := range row.took {
			got = append(got, p.Took(n))
			if p.Pause() != got[len(got)-1] || p.Busy() != (p.Pause() > row.least) {
				t.Errorf("%s: pause %v, busy %v after %v", row.name, p.Pause(), p.Busy(), got)
			}
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
}

// busyLog is a log that gets an event each 100 µs of simulated time, from now
// on and for that long.
func busyLog(length time.Duration) func(after int64, _ []Range) (Read, error) {
	start := time.Now()
	return func(after int64, _ []Range) (Read, error) {
		read := Read{Xmin: 1}
		for id := after + 1; id <= int64(min(time.Since(start), length)/(100*time.Microsecond)); id++ {
			read.Events = append(read.Events, simEvent(id))
		}
		return read, nil
	}
}

func TestReadsDriftApartUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const length = time.Second
		s := &script{answer: busyLog(length)}
		var start time.Time
		got := during(t, s, Config{Poll: time.Hour}, func(r *Reader) {
			start = time.Now()
			// Nobody tells of the events but the first: under load the reader
			// goes on by itself.
			time.Sleep(2 * time.Millisecond)
			r.Wake()
			time.Sleep(2 * length)
		})
		if len(got) != int(length/(100*time.Microsecond)) {
			t.Errorf("%d events were handed out", len(got))
		}
		// Each 10 ms after the first few, and one read that finds the load over.
		if n := len(s.reads); n < 100 || n > 106 {
			t.Errorf("read %d times in %v", n, length)
		}
		for i := 1; i < len(s.reads); i++ {
			if d := s.reads[i].Sub(s.reads[i-1]); d < 2*time.Millisecond || d > 10*time.Millisecond {
				t.Errorf("read after %v", d)
			}
		}
		if d := s.reads[len(s.reads)-1].Sub(start); d < length || d > length+20*time.Millisecond {
			t.Errorf("the last read was %v after the start", d)
		}
	})
}

func TestReadsAtOnceAfterLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: busyLog(100 * time.Millisecond)}
		var woken time.Time
		during(t, s, Config{Poll: time.Hour}, func(r *Reader) {
			time.Sleep(2 * time.Millisecond)
			r.Wake()
			time.Sleep(time.Second)
			woken = time.Now()
			r.Wake()
			time.Sleep(time.Second)
		})
		if last := s.reads[len(s.reads)-1]; !last.Equal(woken) {
			t.Errorf("a wake was answered after %v", last.Sub(woken))
		}
	})
}

func TestPaceUnderLoadCanBeFixed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: busyLog(time.Second)}
		during(t, s, Config{Poll: time.Hour, PaceUnderLoad: time.Millisecond}, func(r *Reader) {
			for range 100 {
				r.Wake()
				time.Sleep(time.Millisecond)
			}
		})
		if n := len(s.reads); n < 49 || n > 52 {
			t.Errorf("read %d times in 100 ms, want each 2 ms", n)
		}
	})
}
