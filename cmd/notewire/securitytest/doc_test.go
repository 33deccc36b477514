package securitytest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The tests that this package's contract names are there, in the packages that it
// names.
func TestDocumentedTestsExist(t *testing.T) {
	contract, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?:([a-z][a-z/]*)\.)?(Test\w+|BenchmarkO\w+)`).FindAllStringSubmatch(string(contract), -1)
	if len(found) < 25 {
		t.Errorf("only %d tests are named", len(found))
	}
	for _, m := range found {
		folder, name := ".", m[2]
		if name == "TestMain" {
			continue
		}
		if m[1] != "" {
			folder = filepath.Join("../../..", m[1])
		}
		files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		there := false
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			there = there || strings.Contains(string(text), "\nfunc "+name+"(")
		}
		if !there {
			t.Errorf("%s has no %s", folder, name)
		}
	}
}
