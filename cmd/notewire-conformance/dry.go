package main

import (
	"fmt"
	"io"
	"strings"
)

// printCases prints what a run would do, as far as the contract alone tells: it runs every parser over all of it.
func printCases(out io.Writer, c *contract) error {
	count := 0
	r := report{out: out}
	line := func(format string, args ...any) {
		count++
		r.printf(format+"\n", args...)
	}
	for _, path := range sorted(c.api.endpoints) {
		e := c.api.endpoints[path]
		have := "no row"
		if endpointRows[path].params != nil {
			have = "called"
		}
		if e.hasAnswer {
			if _, err := c.api.schemas.violations(answerSchema(path), map[string]any{}); err != nil {
				return err
			}
		}
		line("endpoints/%s: %s, %d errors", path, have, len(e.errors))
	}
	for _, conversation := range []struct {
		suite, file string
		rules       func([]step) map[string]rule
	}{
		{"frames", "a-protocol", func([]step) map[string]rule { return frameRules() }}, {"capture", "c-capture", captureRules}, {"main", "d-main", mainRules},
	} {
		steps := splitSteps(c.recorded[conversation.file])
		rules := conversation.rules(steps)
		found := map[string]bool{}
		for _, s := range steps {
			found[s.name] = true
			var shapes []string
			for _, conn := range sorted(s.got) {
				for _, r := range s.got[conn] {
					f, _ := parseFrame([]byte(r.frame()))
					shapes = append(shapes, conn+" "+shapeOf(f))
				}
			}
			line("%s/%s: %d done, gets [%s]", conversation.suite, s.name, len(s.done), strings.Join(shapes, " | "))
		}
		for _, name := range sorted(rules) {
			if !found[name] {
				return fmt.Errorf("a rule of %s is for a step that is not recorded: %s", conversation.suite, name)
			}
		}
	}
	for _, r := range c.recorded["f-handshake"] {
		if r.Dir == "handshake" {
			head, err := readHead(r.Response)
			if err != nil {
				return fmt.Errorf("handshake %s: %w", r.Label, err)
			}
			_ = head.Body.Close() // in memory
			line("handshake/%s: %s", r.Label, head.Status)
		}
	}
	for _, r := range c.recorded["http"] {
		line("http/%s: %s %s, %d", r.Label, r.httpRequest().Method, r.httpRequest().Path, r.Status)
	}
	r.printf("%d users, %d places where the recordings differ from the schemas\n", len(c.usernames), len(c.api.schemas.recorded))
	for _, place := range sorted(c.api.schemas.recorded) {
		r.printf("  %s\n", place)
	}
	r.printf("%d cases\n", count)
	return nil
}
