package docs

import (
	"html"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// root is the repository, as seen from the folder of this package.
const root = ".."

// walk calls each for every file of the repository that somebody wrote, under
// its path from the root: what was built or installed is left out.
func walk(t *testing.T, each func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(full string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, full)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if !d.IsDir() {
			each(name)
			return nil
		}
		switch base := d.Name(); {
		case name == "bin", name == "data", base == ".git", base == "node_modules", base == "testdata":
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// pages are the paths of all pages, with what they say.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	walk(t, func(name string) {
		if strings.HasSuffix(name, ".md") {
			found[name] = read(t, name)
		}
	})
	for _, name := range []string{"README.md", "docs/protocol.md", "docs/architecture.md"} {
		if found[name] == "" {
			t.Fatalf("the walk over the repository did not find %s", name)
		}
	}
	return found
}

func TestLinesAreShort(t *testing.T) {
	const most = 119 // characters
	for name, text := range pages(t) {
		for i, line := range strings.Split(text, "\n") {
			if n := utf8.RuneCountInString(line); n > most {
				t.Errorf("%s:%d has %d characters", name, i+1, n)
			}
		}
	}
}

// prose is a page without its blocks of code.
func prose(page string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		} else if !fenced {
			b.WriteString(line)
		}
	}
	return b.String()
}

var heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)

// headings are a page's headings, as they are written.
func headings(page string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(prose(page), -1) {
		all = append(all, m[1])
	}
	return all
}

// anchor is the name under which links reach a heading.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	all := pages(t)
	seen := 0
	for name, text := range all {
		for _, m := range link.FindAllStringSubmatch(prose(text), -1) {
			file, fragment, _ := strings.Cut(m[1], "#")
			if strings.Contains(m[1], "://") {
				continue
			}
			seen++
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: a link to %s, which is not there", name, m[1])
				continue
			}
			if fragment != "" && !slices.ContainsFunc(headings(all[target]), func(h string) bool { return anchor(h) == fragment }) {
				t.Errorf("%s: a link to %s, which is no heading of %s", name, m[1], target)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d links were found", seen)
	}
}

func TestMakeTargetsExist(t *testing.T) {
	target := regexp.MustCompile(`(?m)^([a-z-]+):`)
	used := regexp.MustCompile("(?m)(?:`|^ {4})make ([a-z-]+)")
	makefile := read(t, "Makefile")
	seen := 0
	for name, text := range pages(t) {
		for _, m := range used.FindAllStringSubmatch(text, -1) {
			seen++
			if !slices.ContainsFunc(target.FindAllStringSubmatch(makefile, -1), func(t []string) bool { return t[1] == m[1] }) {
				t.Errorf("%s names make %s, which the Makefile does not have", name, m[1])
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d targets were found", seen)
	}
}

// A page that names a test names one that there is.
func TestNamedTestsExist(t *testing.T) {
	declared := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w+)\(`)
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "store/storetest/") {
			for _, m := range function.FindAllStringSubmatch(read(t, name), -1) {
				declared[m[1]] = true
			}
		}
	})
	named := regexp.MustCompile("`((?:Test|Benchmark|Fuzz)[A-Z]\\w*)[`/]")
	seen := 0
	for name, text := range pages(t) {
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			seen++
			if !declared[m[1]] {
				t.Errorf("%s names %s, which is no test of this repository", name, m[1])
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d tests were found", seen)
	}
}

// The picture of a terminal in the README shows what the text below it says.
func TestPictureShowsTheText(t *testing.T) {
	_, after, found := strings.Cut(read(t, "README.md"), "(docs/watching.svg)\n\n```\n")
	text, _, closed := strings.Cut(after, "```\n")
	if !found || !closed {
		t.Fatal("README.md has no block of code after docs/watching.svg")
	}
	var shown strings.Builder
	for _, m := range regexp.MustCompile(`(?s)<text[^>]*>(.*?)</text>`).FindAllStringSubmatch(read(t, "docs/watching.svg"), -1) {
		line := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m[1], "")
		shown.WriteString(html.UnescapeString(line) + "\n")
	}
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if got, want := squeeze(shown.String()), squeeze(text); !strings.HasSuffix(got, want) {
		t.Errorf("the picture shows\n%s\nand the text is\n%s", got, want)
	}
}
