package endpoint

import "testing"

func TestMask(t *testing.T) {
	if got := Mask("abcd efgh abcd ij", []string{"abcd", "", "ij", "e"}); got != "*** efgh *** ij" {
		t.Errorf("got %q", got)
	}
}
