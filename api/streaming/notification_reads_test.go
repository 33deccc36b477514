package streaming

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"notewire/store"
)

// countedReads counts how often notifications were marked read.
type countedReads struct {
	calls atomic.Int64
	came  chan struct{}
}

func (c *countedReads) MarkAllNotificationsRead(context.Context, store.Identity) error {
	c.calls.Add(1)
	c.came <- struct{}{}
	return nil
}

// A flood of frames is one query, however long the flood is.
func TestReadNotificationsAreNotAQueryEach(t *testing.T) {
	reads := &countedReads{came: make(chan struct{}, 100)}
	n, _ := oneNode(t, func(c *Config) { c.Notifications, c.ReadNotificationsEvery = reads, time.Hour })
	one, other := n.talk(t, "me"), n.talk(t, "me")
	for range 20 {
		one.say("readNotification", nil)
		other.say("readNotification", nil)
	}
	// Frames are carried out in order, so all of them were when these are answered.
	one.connect("localTimeline", nil)
	one.expect("connected localTimeline  ")
	other.connect("localTimeline", nil)
	other.expect("connected localTimeline  ")
	if got := reads.calls.Load(); got != 1 {
		t.Errorf("40 frames of one user were %d queries, want 1", got)
	}
}

// What comes while one has to wait is not lost.
func TestReadNotificationsThatWaitAreCarriedOut(t *testing.T) {
	reads := &countedReads{came: make(chan struct{}, 100)}
	n, _ := oneNode(t, func(c *Config) { c.Notifications, c.ReadNotificationsEvery = reads, 50*time.Millisecond })
	k := n.talk(t, "me")
	for range 2 {
		k.say("readNotification", nil)
	}
	for range 2 {
		select {
		case <-reads.came:
		case <-time.After(10 * time.Second):
			t.Fatal("a frame was lost")
		}
	}
}
