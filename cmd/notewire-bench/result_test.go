//go:build linux

package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		r    result
		want string
	}{
		{result{Value: 5}, ""},
		{result{Value: 1.2, Bar: 1.3, Goal: 1.15}, "pass"},
		{result{Value: 1.1, Bar: 1.3, Goal: 1.15}, "pass, goal met"},
		{result{Value: 1.31, Bar: 1.3, Goal: 1.15}, "MISS"},
		{result{Value: -1, Bar: 3}, "pass"},
		{result{Value: 0.85, Bar: 0.8, Goal: 0.9, AtLeast: true}, "pass"},
		{result{Value: 0.95, Bar: 0.8, Goal: 0.9, AtLeast: true}, "pass, goal met"},
		{result{Value: 0.7, Bar: 0.8, Goal: 0.9, AtLeast: true}, "MISS"},
		{result{Value: 3, Bar: 2, AtLeast: true}, "pass"},
	} {
		if got := tt.r.verdict(); got != tt.want {
			t.Errorf("%v against %v (%v): %q, want %q", tt.r.Value, tt.r.Bar, tt.r.Goal, got, tt.want)
		}
	}
}

func TestSamples(t *testing.T) {
	s := samples{5, 1, 4, 2, 3}
	if s.median() != 3 || s.at(0.99) != 5 || s.at(1) != 5 || s.at(0) != 1 {
		t.Errorf("median %v, p99 %v, max %v, min %v", s.median(), s.at(0.99), s.at(1), s.at(0))
	}
	if s[0] != 5 {
		t.Error("the samples were put in another order, but they belong to rounds")
	}
	if r := ratio(samples{2, 8, 3}, samples{1, 2, 3}, result{}); r.Value != 2 {
		t.Errorf("the median of 2, 4 and 1 is %v", r.Value)
	}
}

func TestSeqOf(t *testing.T) {
	for text, want := range map[string]int{
		`{"text":"` + noteText(42) + `"}`: 42,
		`{"text":"seq=12"}`:               -1,
		`{"text":"seq=00000000x"}`:        -1,
		`{}`:                              -1,
	} {
		if got := seqOf([]byte(text)); got != want {
			t.Errorf("%.40s: %d, want %d", text, got, want)
		}
	}
}

// The page says of every case what it measures, and of no other.
func TestCasesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\| .").FindAllStringSubmatch(string(page), -1) {
		documented[m[1]] = true
	}
	for _, c := range cases {
		if !documented[c.name] {
			t.Errorf("docs/performance.md lacks the case %s", c.name)
		}
		delete(documented, c.name)
	}
	for name := range documented {
		t.Errorf("docs/performance.md has %s, which is no case", name)
	}
}

// A saved run is drawn again as it was when it was measured.
func TestSavedRunIsShown(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	m := machine{CPU: "some processor", CPUs: 2, Go: "go1", Commit: "abc"}
	measured := &bench{
		options: &options{json: path("run.json"), svg: path("measured.svg")}, out: io.Discard,
		results: []result{{Name: "what", Engine: "sqlite", Value: 1.25, Bar: 1.3, Goal: 1.15, Unit: "×"}, {Name: "without a bar", Value: 3}},
	}
	if err := measured.write(m); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"-from", path("run.json"), "-svg", path("shown.svg")}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "1.25 ×") || strings.Contains(out.String(), "without a bar") {
		t.Errorf("printed:\n%s", &out)
	}
	want, err := os.ReadFile(path("measured.svg"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path("shown.svg"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the picture of the saved run differs from that of the run:\n%s", got)
	}
	if err := run(t.Context(), []string{"-from", path("none.json")}, io.Discard, io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestDrawingIsXML(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader(string(drawing(machine{CPU: `A & "B"`}, []result{
		{Name: "a < b", Value: 1, Bar: 2, Goal: 1.5, Unit: "×"}, {Name: "left out", Value: 7}, {Name: "below", Value: -3, Bar: 2},
	}))))
	rects := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "rect" {
			rects++
		}
	}
	if rects != 5 {
		t.Errorf("%d rectangles for a background and two figures", rects)
	}
}
