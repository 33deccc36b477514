package docs

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// The tree of the page is the tree of the repository: no folder with Go code is
// missing, none is listed that is not there, and each line says what it is for.
func TestTreeIsComplete(t *testing.T) {
	folders := map[string]bool{}
	walk(t, func(name string) {
		if strings.HasSuffix(name, ".go") {
			folders[path.Dir(name)] = true
		}
	})
	_, after, found := strings.Cut(read(t, "docs/architecture.md"), "\n## The tree\n")
	_, after, opened := strings.Cut(after, "\n```\n")
	tree, _, closed := strings.Cut(after, "\n```\n")
	if !found || !opened || !closed {
		t.Fatal("docs/architecture.md has no block of code under the heading \"The tree\"")
	}
	entry := regexp.MustCompile(`^(\S+)/ +(\S.*)$`)
	listed := map[string]bool{}
	for line := range strings.Lines(tree) {
		m := entry.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case m == nil:
			t.Errorf("the tree has the line %q, which is no folder with what it is for", line)
		case listed[m[1]]:
			t.Errorf("the tree lists %s twice", m[1])
		case !folders[m[1]]:
			t.Errorf("the tree lists %s, which has no Go code", m[1])
		}
		if m != nil {
			listed[m[1]] = true
		}
	}
	for folder := range folders {
		if !listed[folder] {
			t.Errorf("the tree lacks %s", folder)
		}
	}
}
