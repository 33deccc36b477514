//go:build linux

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// result is one figure.
type result struct {
	Case   string  `json:"case"`
	Name   string  `json:"name"`
	Engine string  `json:"engine"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Low    float64 `json:"low,omitempty"` // of several rounds: the lower and the upper quartile
	High   float64 `json:"high,omitempty"`
	Bar    float64 `json:"bar,omitempty"`  // 0: none
	Goal   float64 `json:"goal,omitempty"` // what comes after the bar
	// AtLeast says that the value is to be above the bar, not below.
	AtLeast bool   `json:"atLeast,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// verdict is how the value stands to its bar.
func (r *result) verdict() string {
	ok := func(limit float64) bool { return limit != 0 && (r.AtLeast == (r.Value > limit) || r.Value == limit) }
	switch {
	case r.Bar == 0:
		return ""
	case ok(r.Goal):
		return "pass, goal met"
	case ok(r.Bar):
		return "pass"
	default:
		return "MISS"
	}
}

func (r *result) bar() string {
	if r.Bar == 0 {
		return ""
	}
	sign := "≤"
	if r.AtLeast {
		sign = "≥"
	}
	s := fmt.Sprintf("%s %s", sign, number(r.Bar))
	if r.Goal != 0 {
		s += fmt.Sprintf(" (%s)", number(r.Goal))
	}
	return s
}

func number(v float64) string {
	switch a := max(v, -v); {
	case a >= 1000:
		return fmt.Sprintf("%.0f", v)
	case a >= 100:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

// add notes a figure and prints it.
func (b *bench) add(r result) {
	b.results = append(b.results, r)
	spread := ""
	if r.High != 0 {
		spread = fmt.Sprintf(" [%s…%s]", number(r.Low), number(r.High))
	}
	line := fmt.Sprintf("  %s: %s %s%s", r.Name, number(r.Value), r.Unit, spread)
	if r.Bar != 0 {
		line += "  " + r.bar() + "  " + r.verdict()
	}
	if r.Detail != "" {
		line += "  (" + r.Detail + ")"
	}
	fmt.Fprintln(b.out, line)
}

// table prints the figures that have a bar.
func (b *bench) table(out io.Writer) {
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "what\tengine\tmeasured\tbar (goal)\tverdict")
	for i := range b.results {
		if r := &b.results[i]; r.Bar != 0 {
			fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\t%s\n", r.Name, r.Engine, number(r.Value), r.Unit, r.bar(), r.verdict())
		}
	}
	_ = t.Flush() // nobody can be told that the output is gone
}

// report is what -json writes and -from reads: one run.
type report struct {
	Machine machine  `json:"machine"`
	Quick   bool     `json:"quick"`
	Results []result `json:"results"`
}

// write makes the files that were asked for.
func (b *bench) write(m machine) error {
	if b.json != "" {
		raw, err := json.MarshalIndent(report{m, b.quick, b.results}, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding the results: %w", err)
		}
		if err := os.WriteFile(b.json, append(raw, '\n'), 0o644); err != nil { //nolint:gosec // it is for everybody
			return fmt.Errorf("writing the results: %w", err)
		}
	}
	if b.svg != "" {
		if err := os.WriteFile(b.svg, drawing(m, b.results), 0o644); err != nil { //nolint:gosec // it is for everybody
			return fmt.Errorf("writing the picture: %w", err)
		}
	}
	return nil
}

// show prints the figures of a run that was saved with -json, and draws them
// if asked to. Nothing is measured.
func (b *bench) show() error {
	raw, err := os.ReadFile(b.from)
	if err != nil {
		return fmt.Errorf("reading the results: %w", err)
	}
	var saved report
	if err := json.Unmarshal(raw, &saved); err != nil {
		return fmt.Errorf("reading the results of %s: %w", b.from, err)
	}
	b.quick, b.results = saved.Quick, saved.Results
	fmt.Fprintln(b.out, saved.Machine)
	b.table(b.out)
	return b.write(saved.Machine)
}

// samples are several measurements of one thing.
type samples []float64

// at is the value below which that part of the samples lies.
func (s samples) at(part float64) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}

func (s samples) median() float64 { return s.at(0.5) }

// of fills a result with the median of the samples and their quartiles.
func (s samples) of(r result) result {
	r.Value, r.Low, r.High = s.median(), s.at(0.25), s.at(0.75)
	return r
}

// ratio fills a result with the ratio of two medians; its range comes from the
// ratios of the rounds, which were taken in turns.
func ratio(a, b samples, r result) result {
	var rounds samples
	for i := range min(len(a), len(b)) {
		if b[i] != 0 {
			rounds = append(rounds, a[i]/b[i])
		}
	}
	r.Value, r.Low, r.High, r.Unit = rounds.median(), rounds.at(0.25), rounds.at(0.75), "×"
	return r
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// percentiles adds p50, p99 and the maximum of latencies in milliseconds. bars
// are those of p50 and p99; 0: none.
func (b *bench) percentiles(base result, s samples, bar50, bar99 float64) {
	base.Unit = "ms"
	for _, p := range []struct {
		name string
		part float64
		bar  float64
	}{{"p50", 0.5, bar50}, {"p99", 0.99, bar99}, {"max", 1, 0}} {
		r := base
		r.Name, r.Value, r.Bar = base.Name+", "+p.name, s.at(p.part), p.bar
		b.add(r)
		base.Detail = ""
	}
}

// least is the smallest of several.
func least[T cmp.Ordered](of ...T) T { return slices.Min(of) }
