package app

import "testing"

func TestMemoryIsGivenBackWhenItIsQuiet(t *testing.T) {
	const mib = 1 << 20
	for name, tt := range map[string]struct {
		before, now memoryUse
		want        bool
	}{
		"after a storm":           {memoryUse{allocated: 500 * mib}, memoryUse{live: 40 * mib, held: 80 * mib, allocated: 501 * mib}, true},
		"during a storm":          {memoryUse{allocated: 400 * mib}, memoryUse{live: 40 * mib, held: 80 * mib, allocated: 501 * mib}, false},
		"nothing to give":         {memoryUse{allocated: 500 * mib}, memoryUse{live: 40 * mib, held: 50 * mib, allocated: 500 * mib}, false},
		"a small server":          {memoryUse{allocated: 5 * mib}, memoryUse{live: 3 * mib, held: 10 * mib, allocated: 5 * mib}, false},
		"a runtime that is quiet": {memoryUse{}, memoryUse{}, false},
	} {
		if got := tt.now.isWorthCollecting(tt.before); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if m := readMemory(); m.held == 0 || m.allocated == 0 {
		t.Errorf("the runtime tells %+v", m)
	}
}
