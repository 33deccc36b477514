package relational_test

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"notewire/store/relational"
)

// The package's overview names every method.
func TestOverviewIsWhole(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[*relational.DB](), reflect.TypeFor[*relational.Tx]()} {
		for m := range typ.Methods() {
			if !regexp.MustCompile(`\b` + m.Name + `\b`).Match(text) {
				t.Errorf("%v.%s is not in doc.go", typ, m.Name)
			}
		}
	}
}
