package endpoint

import (
	"strings"
	"testing"
	"time"
)

func TestLimiterIsBounded(t *testing.T) {
	l := NewLimiter()
	l.most = 10
	now := time.Unix(0, 0)
	for i := range 1000 {
		l.Take(strings.Repeat("x", i), Limit{Key: "k", Duration: time.Hour, Max: 1}, now)
	}
	if n := len(l.windows); n > 10 {
		t.Errorf("%d windows are kept", n)
	}
}
