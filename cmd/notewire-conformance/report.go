package main

import (
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"
)

// report prints a line for each case and counts them. Used by the main goroutine only.
type report struct {
	out     io.Writer
	suite   *regexp.Regexp // nil: all
	name    *regexp.Regexp // nil: all
	verbose bool

	passed, failed, differing int
}

// newReport makes a report that keeps to the cases which the filter names: "suite", "suite/case" or empty for all.
func newReport(out io.Writer, filter string) (*report, error) {
	r := &report{out: out}
	if filter == "" {
		return r, nil
	}
	suite, name, both := strings.Cut(filter, "/")
	var err error
	if r.suite, err = regexp.Compile(suite); err != nil {
		return nil, fmt.Errorf("-run: %w", err)
	}
	if both {
		if r.name, err = regexp.Compile(name); err != nil {
			return nil, fmt.Errorf("-run: %w", err)
		}
	}
	return r, nil
}

// wantsSuite tells whether any case of the suite is to be run.
func (r *report) wantsSuite(suite string) bool {
	return r.suite == nil || r.suite.MatchString(suite)
}

// wants tells whether a case, named "suite/case", is to be reported.
func (r *report) wants(name string) bool {
	suite, rest, _ := strings.Cut(name, "/")
	return r.wantsSuite(suite) && (r.name == nil || r.name.MatchString(rest))
}

// printf writes to the report. A report that cannot be written is noticed by who reads it, so the error is dropped.
func (r *report) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(r.out, format, args...)
}

// ok reports a case that went as the contract says.
func (r *report) ok(name string) {
	if !r.wants(name) {
		return
	}
	r.passed++
	r.printf("ok      %s\n", name)
}

// differs reports a case that went otherwise than recorded, in the way that was decided, with the reason.
func (r *report) differs(name, reason string) {
	if !r.wants(name) {
		return
	}
	r.passed++
	r.differing++
	r.printf("differs %s (%s)\n", name, reason)
}

// fail reports a case that went wrong. Further lines of the message are indented.
func (r *report) fail(name, format string, args ...any) {
	if !r.wants(name) {
		return
	}
	r.failed++
	message := strings.TrimRight(fmt.Sprintf(format, args...), "\n")
	r.printf("FAIL    %s: %s\n", name, strings.ReplaceAll(message, "\n", "\n        "))
}

// verdict reports a case by its list of complaints: none is ok, or differs where a reason is given.
func (r *report) verdict(name, reason string, complaints []string) {
	switch {
	case len(complaints) > 0:
		r.fail(name, "%s", strings.Join(complaints, "\n"))
	case reason != "":
		r.differs(name, reason)
	default:
		r.ok(name)
	}
}

// summary prints the last line and tells whether all is well. A run in which nothing was run is not well.
func (r *report) summary() bool {
	if r.differing > 0 {
		r.printf("%d of the passed differ on purpose\n", r.differing)
	}
	r.printf("%d passed, %d failed\n", r.passed, r.failed)
	return r.failed == 0 && r.passed > 0
}

// sorted returns the keys of a set in order.
func sorted[V any](set map[string]V) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
