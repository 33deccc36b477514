package streaming

import (
	"testing"
	"time"

	"notewire/store"
)

func TestKnownTokens(t *testing.T) {
	const linger = time.Minute
	a, b := markOf(store.HashToken("a")), markOf(store.HashToken("b"))
	start := time.Now()
	for _, c := range []struct {
		name  string
		did   func(k *onlineTokens)
		after time.Duration
		want  bool
	}{
		{"never seen", func(*onlineTokens) {}, 0, false},
		{"another", func(k *onlineTokens) { k.opened(b) }, 0, false},
		{"open", func(k *onlineTokens) { k.opened(a) }, 10 * time.Hour, true},
		{"one of two is open", func(k *onlineTokens) { k.opened(a); k.opened(a); k.closed(a, start) }, 10 * time.Hour, true},
		{"left just now", func(k *onlineTokens) { k.opened(a); k.closed(a, start) }, 0, true},
		{"left while the viewer stays", func(k *onlineTokens) { k.opened(a); k.closed(a, start) }, linger, true},
		{"left, and others after", func(k *onlineTokens) {
			k.opened(a)
			k.opened(b)
			k.closed(a, start)
			k.closed(b, start.Add(linger-1))
		}, linger, true},
		{"left long ago", func(k *onlineTokens) { k.opened(a); k.closed(a, start) }, 2 * linger, false},
		{"left long ago, and others after", func(k *onlineTokens) {
			k.opened(a)
			k.opened(b)
			k.closed(a, start)
			k.closed(b, start.Add(linger))
		}, 2 * linger, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var k onlineTokens
			k.init(linger)
			c.did(&k)
			if got := k.has(a, start.Add(c.after)); got != c.want {
				t.Errorf("known: %v", got)
			}
		})
	}
	var k onlineTokens
	k.init(linger)
	for i := range 10 {
		k.opened(a)
		k.closed(a, start.Add(time.Duration(i)*2*linger))
	}
	if len(k.open) != 0 || len(k.left)+len(k.leftBefore) > 1 {
		t.Errorf("it keeps %v, %v, %v", k.open, k.left, k.leftBefore)
	}
}
