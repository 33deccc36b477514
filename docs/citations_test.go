package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// A page by its path, and the headings that are cited of it, in quotes.
	citation = regexp.MustCompile(`([\w./-]*\w\.md)\b((?:(?:,| and|, and)? "[^"]+")*)`)
	quoted   = regexp.MustCompile(`"([^"]+)"`)
	// A section of a document: only RFCs are outside of this repository.
	section = regexp.MustCompile(`(?:(RFC \d+),? )?(?i:\bsections? (?:[0-9]+(?:\.[0-9]+)*|[A-H])\b)`)
	// What points to a document that a reader does not have.
	elsewhere = regexp.MustCompile(`§|\bdesign\.md\b|\bshared/`)
)

// complaints says what is wrong with the citations of a text, given the
// headings of all pages by their paths.
func complaints(text string, known map[string][]string) []string {
	var all []string
	for _, m := range citation.FindAllStringSubmatch(text, -1) {
		heads, ok := known[m[1]]
		if !ok {
			all = append(all, fmt.Sprintf("cites %s, which is no page of this repository (their paths begin at its root)", m[1]))
			continue
		}
		for _, q := range quoted.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(heads, q[1]) {
				all = append(all, fmt.Sprintf("cites %q, which is no heading of %s", q[1], m[1]))
			}
		}
	}
	for _, m := range section.FindAllStringSubmatch(text, -1) {
		if m[1] == "" {
			all = append(all, fmt.Sprintf("cites %q of a document that it does not name", m[0]))
		}
	}
	for _, m := range elsewhere.FindAllString(text, -1) {
		all = append(all, fmt.Sprintf("cites %q, which is not in this repository", m))
	}
	return all
}

func TestCitationsResolve(t *testing.T) {
	known := map[string][]string{}
	for name, text := range pages(t) {
		known[name] = headings(text)
	}
	cited := 0
	check := func(where, text string) {
		cited += len(citation.FindAllString(text, -1))
		for _, c := range complaints(text, known) {
			t.Errorf("%s %s", where, c)
		}
	}
	walk(t, func(name string) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, filepath.Join(root, filepath.FromSlash(name)), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		for _, group := range parsed.Comments {
			check(fmt.Sprintf("%s:%d", name, files.Position(group.Pos()).Line), joined(group))
		}
	})
	for _, name := range []string{".golangci.yml", "Makefile", ".ci/run", ".ci/require", "deploy/notewire.service", "deploy/nginx.conf"} {
		for line := range strings.Lines(read(t, name)) {
			if _, comment, ok := strings.Cut(line, "#"); ok {
				check(name, comment)
			}
		}
	}
	if cited < 10 {
		t.Errorf("only %d citations were found", cited)
	}
}

// joined is a group of comments as one line of text, since a citation may go
// over the end of a line.
func joined(group *ast.CommentGroup) string {
	var words []string
	for _, c := range group.List {
		if strings.HasPrefix(c.Text, "//go:") || strings.HasPrefix(c.Text, "//nolint") {
			continue
		}
		text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(c.Text, "//"), "/*"), "*/")
		words = append(words, strings.Fields(text)...)
	}
	return strings.Join(words, " ")
}

func TestComplaints(t *testing.T) {
	known := map[string][]string{"docs/protocol.md": {"Embedding", "Hidden notes"}, "README.md": nil}
	for _, tt := range []struct {
		text string
		want string // a part of the only complaint; empty: none
	}{
		{`by docs/protocol.md, "Embedding".`, ""},
		{`by docs/protocol.md, "Embedding" and "Hidden notes", which`, ""},
		{`see README.md and docs/protocol.md`, ""},
		{`RFC 6455, section 5.2, says "so"`, ""},
		{`a critical section, a sectional view`, ""},
		{`by protocol.md, "Embedding"`, "no page"},
		{`by docs/none.md`, "no page"},
		{`by docs/protocol.md, "Embedded"`, "no heading"},
		{`by docs/protocol.md, "Embedding" and "Embedded"`, "no heading"},
		{`by section 4.2 of it`, "does not name"},
		{`by section B`, "does not name"},
		{`design §8`, "not in this repository"},
		{`../shared/users`, "not in this repository"},
	} {
		got := complaints(tt.text, known)
		switch {
		case tt.want == "" && len(got) > 0, tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
}
