package api

import (
	"context"
	"sync"
	"testing"
	"time"

	"notewire/api/endpoint"
	"notewire/store"
)

func TestMute(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "cat")
	w.call("ann", "mute/create", to("bob"))
	w.change1(store.InternalMute, store.RelationChange{Actor: userID("ann"), Target: userID("bob")})
	later := w.now.Add(time.Hour)
	w.call("ann", "mute/create", params{"userId": userID("cat"), "expiresAt": later.UnixMilli()})
	w.change1(store.InternalMute, store.RelationChange{Actor: userID("ann"), Target: userID("cat")})

	list := w.list(w.call("ann", "mute/list", nil))
	if len(list) != 2 || list[0]["muteeId"] != string(userID("cat")) || list[0]["expiresAt"] != later.Format("2006-01-02T15:04:05.000Z") ||
		list[1]["expiresAt"] != nil || at(list[1]["mutee"], "isMuted") != true {
		t.Errorf("mutes: %v", list)
	}
	if page := w.list(w.call("ann", "mute/list", params{"limit": 1, "untilId": list[0]["id"]})); len(page) != 1 || page[0]["id"] != list[1]["id"] {
		t.Errorf("the second page: %v", page)
	}
	w.refuses("ann", "mute/list", params{"limit": 101}, endpoint.ErrInvalidParam)

	w.call("ann", "mute/delete", to("bob"))
	w.change1(store.InternalUnmute, store.RelationChange{Actor: userID("ann"), Target: userID("bob")})
	w.call("bob", "mute/create", params{"userId": userID("cat"), "expiresAt": w.now.Add(-time.Second).UnixMilli()})
	w.tells("")
	if list := w.list(w.call("bob", "mute/list", nil)); len(list) != 0 {
		t.Errorf("an expired mute was made: %v", list)
	}
}

func TestRenoteMute(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.call("ann", "renote-mute/create", to("bob"))
	w.change1(store.InternalRenoteMute, store.RelationChange{Actor: userID("ann"), Target: userID("bob")})
	list := w.list(w.call("ann", "renote-mute/list", nil))
	if len(list) != 1 || list[0]["muteeId"] != string(userID("bob")) || at(list[0]["mutee"], "isRenoteMuted") != true {
		t.Errorf("renote mutes: %v", list)
	}
	w.call("ann", "renote-mute/delete", to("bob"))
	w.change1(store.InternalRenoteUnmute, store.RelationChange{Actor: userID("ann"), Target: userID("bob")})
}

// Mutes end when their time has come, each once however many nodes look.
func TestMutesExpire(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "cat", "dan")
	soon, later := w.now.Add(time.Minute), w.now.Add(time.Hour)
	for name, at := range map[string]time.Time{"bob": soon, "cat": soon, "dan": later} {
		w.call("ann", "mute/create", params{"userId": userID(name), "expiresAt": at.UnixMilli()})
	}
	w.told()
	if next, err := w.actions.EndMutes(t.Context()); err != nil || !next.Equal(soon) {
		t.Errorf("next expiry %v, %v, want %v", next, err, soon)
	}
	w.tells("")

	w.clock.Lock()
	w.now = soon.Add(time.Second)
	w.clock.Unlock()
	if list := w.list(w.call("ann", "mute/list", nil)); len(list) != 1 {
		t.Errorf("mutes before the sweep: %v", list)
	}
	other, err := New(w.config) // another node
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, s := range []*Server{w.Server, other, w.Server, other} {
		wg.Go(func() {
			if next, err := s.actions.EndMutes(t.Context()); err != nil || !next.Equal(later) {
				t.Errorf("next expiry %v, %v, want %v", next, err, later)
			}
		})
	}
	wg.Wait()
	ended := map[store.UserID]int{}
	for _, e := range w.log() {
		var c store.RelationChange
		w.decode(e.Body, &c)
		if e.Topic != store.TopicInternal || e.Type != store.InternalUnmute || c.Actor != userID("ann") {
			t.Errorf("unexpected %s %s %s", e.Topic, e.Type, e.Body)
		}
		ended[c.Target]++
	}
	if len(ended) != 2 || ended[userID("bob")] != 1 || ended[userID("cat")] != 1 {
		t.Errorf("ended %v, want bob and cat once each", ended)
	}
	w.refuses("ann", "mute/delete", to("bob"), errNotMuting)
	w.refuses("ann", "mute/create", to("dan"), errAlreadyMuting)
}

// Run ends mutes without being asked, and itself when its context ends.
func TestRunEndsMutes(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.call("ann", "mute/create", params{"userId": userID("bob"), "expiresAt": w.now.Add(time.Minute).UnixMilli()})
	w.told()
	w.clock.Lock()
	w.now = w.now.Add(time.Hour)
	w.clock.Unlock()
	told := make(chan struct{}, 1)
	w.db.OnCommit(func() { told <- struct{}{} })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Server.Run(ctx) }()
	<-told
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	w.tells("internal unmute")
}
