package channel

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"notewire/store"
)

// TestChangesDuringLoad replays what came in while the viewer was loaded, on
// top of what was loaded, whether or not the load saw it.
func TestChangesDuringLoad(t *testing.T) {
	r := newRig(t, Config{})
	loaded := store.NewRelations("me")
	loaded.Following["old"] = false
	loaded.Following["seen"] = false // the load saw this follow, and its event comes too
	loaded.Muting["forgiven"] = struct{}{}
	r.loader.users["me"] = loaded
	started, goOn := make(chan struct{}), make(chan struct{})
	r.loader.hook = func(context.Context, store.UserID) error {
		close(started)
		<-goOn
		return nil
	}
	type result struct {
		m   *Member
		s   *testSink
		err error
	}
	joined := make(chan result, 1)
	go func() {
		s := &testSink{}
		m, err := r.hub.Join(context.Background(), Connection{Access: who("me"), Sink: s})
		joined <- result{m, s, err}
	}()
	<-started
	r.deliver(
		relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: "new"}),
		relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: "seen", WithReplies: true}),
		relation(store.InternalUnfollow, store.RelationChange{Actor: "me", Target: "old"}),
		relation(store.InternalUnmute, store.RelationChange{Actor: "me", Target: "forgiven"}),
		relation(store.InternalBlock, store.RelationChange{Actor: "hostile", Target: "me"}),
		relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: "hostile"}),
		relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: "forgiven"}),
		relation(store.InternalFollow, store.RelationChange{Actor: "somebody", Target: "me"}),
		posted(noteFactsBy("early", "new")),
	)
	r.flush()
	select {
	case <-joined:
		t.Fatal("Join answered before the viewer was loaded")
	default:
	}
	close(goOn)
	j := <-joined
	if j.err != nil {
		t.Fatal(j.err)
	}
	j.m.Connect(connect("homeTimeline", "h", ""))
	r.flush()
	reply := noteFactsBy("reply", "seen")
	reply.ReplyID, reply.ReplyUserID, reply.Reply = "r", "other", noteFactsBy("r", "other")
	r.deliver(posted(noteFactsBy("1", "new")), posted(noteFactsBy("2", "old")), posted(reply),
		posted(noteFactsBy("3", "forgiven")), posted(noteFactsBy("4", "hostile")), posted(noteFactsBy("5", "somebody")))
	r.flush()
	expect(t, "after the load", j.s.brief(t), "h note 1", "h note reply", "h note 3")
}

// TestLoadIsShared loads once for all who join at the same time.
func TestLoadIsShared(t *testing.T) {
	r := newRig(t, Config{})
	started, goOn := make(chan struct{}, 100), make(chan struct{})
	r.loader.hook = func(context.Context, store.UserID) error {
		started <- struct{}{}
		<-goOn
		return nil
	}
	const n = 20
	var wg sync.WaitGroup
	errs := make(chan error, n)
	for range n {
		wg.Go(func() {
			_, err := r.hub.Join(context.Background(), Connection{Access: who("me"), Sink: &testSink{}})
			errs <- err
		})
	}
	<-started
	close(goOn)
	wg.Wait()
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := r.loader.called(); got != 1 {
		t.Errorf("loaded %d times", got)
	}
}

// TestLoadFails answers the loader's error to all who wait, and the next one
// tries again.
func TestLoadFails(t *testing.T) {
	r := newRig(t, Config{})
	broken := errors.New("the database is on fire")
	r.loader.hook = func(context.Context, store.UserID) error { return broken }
	if _, err := r.hub.Join(context.Background(), Connection{Access: who("me"), Sink: &testSink{}}); !errors.Is(err, broken) {
		t.Errorf("Join answered %v", err)
	}
	if r.hub.Online("me") {
		t.Error("a viewer that could not be loaded is online")
	}
	r.loader.mu.Lock()
	r.loader.hook = nil
	r.loader.mu.Unlock()
	r.join("me")
	if !r.hub.Online("me") || len(r.hub.OnlineUsers()) != 1 {
		t.Error("a loaded viewer is not online")
	}
}

// TestLeaderGivesUp: if the one who loads is cancelled, another one loads.
func TestLeaderGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{})
		first := true
		r.loader.hook = func(ctx context.Context, _ store.UserID) error {
			if first {
				first = false
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		ctx, cancel := context.WithCancel(context.Background())
		leader, follower := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := r.hub.Join(ctx, Connection{Access: who("me"), Sink: &testSink{}})
			leader <- err
		}()
		synctest.Wait()
		go func() {
			_, err := r.hub.Join(context.Background(), Connection{Access: who("me"), Sink: &testSink{}})
			follower <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-leader; !errors.Is(err, context.Canceled) {
			t.Errorf("the leader was answered %v", err)
		}
		if err := <-follower; err != nil {
			t.Errorf("the follower was answered %v", err)
		}
		if got := r.loader.called(); got != 2 {
			t.Errorf("loaded %d times, want 2", got)
		}
	})
}

// TestFollowerGivesUp: who waits for another's load can be cancelled.
func TestFollowerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{})
		goOn := make(chan struct{})
		r.loader.hook = func(context.Context, store.UserID) error { <-goOn; return nil }
		leader, follower := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := r.hub.Join(context.Background(), Connection{Access: who("me"), Sink: &testSink{}})
			leader <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			_, err := r.hub.Join(ctx, Connection{Access: who("me"), Sink: &testSink{}})
			follower <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-follower; !errors.Is(err, context.Canceled) {
			t.Errorf("the follower was answered %v", err)
		}
		close(goOn)
		if err := <-leader; err != nil {
			t.Errorf("the leader was answered %v", err)
		}
	})
}

// TestOverflow: too many changes during a load fail it rather than be lost.
func TestOverflow(t *testing.T) {
	r := newRig(t, Config{MaxHeldBack: 2})
	r.loader.hook = func(context.Context, store.UserID) error {
		for i := range 3 {
			r.deliver(relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: store.UserID(fmt.Sprint(i))}))
		}
		r.flush()
		return nil
	}
	if _, err := r.hub.Join(context.Background(), Connection{Access: who("me"), Sink: &testSink{}}); !errors.Is(err, ErrOverflow) {
		t.Errorf("Join answered %v", err)
	}
}

// TestGapDuringLoad: what was loaded before a gap may be too old, so it is
// loaded once more.
func TestGapDuringLoad(t *testing.T) {
	r := newRig(t, Config{})
	gaps := 1
	r.loader.hook = func(context.Context, store.UserID) error {
		if gaps > 0 {
			gaps--
			r.deliver(&GapEvent{})
			r.flush()
		}
		return nil
	}
	m, s := r.join("me")
	if got := r.loader.called(); got != 2 {
		t.Errorf("loaded %d times, want 2", got)
	}
	m.Connect(connect("localTimeline", "l", ""))
	r.flush()
	r.deliver(posted(noteFactsBy("n", "x")))
	r.flush()
	expect(t, "after a gap and a second load", s.brief(t), "l note n")
}

// TestLinger keeps a viewer for a while after the last connection, and applies
// changes to it meanwhile.
func TestLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{Linger: time.Minute})
		m, _ := r.join("me")
		m.Leave()
		m.Leave()
		r.flush()
		r.deliver(relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: "friend"}))
		time.Sleep(59 * time.Second)
		m, s := r.join("me")
		if got := r.loader.called(); got != 1 {
			t.Errorf("loaded %d times within the time, want once", got)
		}
		m.Connect(connect("homeTimeline", "h", ""))
		time.Sleep(time.Hour) // connected: the time does not run
		r.deliver(posted(noteFactsBy("n", "friend")))
		r.flush()
		expect(t, "a follow from the idle time", s.brief(t), "h note n")
		m.Leave()
		synctest.Wait()
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if !r.hub.Online("me") {
			t.Error("forgotten too early")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if r.hub.Online("me") {
			t.Error("not forgotten")
		}
		r.join("me")
		if got := r.loader.called(); got != 2 {
			t.Errorf("loaded %d times, want twice", got)
		}
	})
}

// TestLingerEndsInTurn: each viewer has its own time, and a gap in between
// leaves nothing to be forgotten twice.
func TestLingerEndsInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{Shards: 1, Linger: time.Minute})
		for _, id := range []store.UserID{"a", "b", "c"} {
			m, _ := r.join(id)
			m.Leave()
			r.flush()
			time.Sleep(10 * time.Second)
		}
		for _, want := range []int{3, 2, 1, 0} { // 30 s, 60.5 s, 70.5 s, 80.5 s after the first
			if got := len(r.hub.OnlineUsers()); got != want {
				t.Errorf("%d viewers are kept, want %d", got, want)
			}
			if want == 3 {
				time.Sleep(20*time.Second + 500*time.Millisecond)
			}
			time.Sleep(10 * time.Second)
			synctest.Wait()
		}

		m, _ := r.join("a")
		stay, _ := r.join("follower")
		r.deliver(relation(store.InternalFollow, store.RelationChange{Actor: "a", Target: "b"}))
		m.Leave()
		r.deliver(&GapEvent{})
		r.flush()
		stay.Leave()
		again, s := r.join("b")
		again.Connect(connect("homeTimeline", "h", ""))
		time.Sleep(2 * time.Minute)
		r.deliver(posted(noteFactsBy("n", "b")))
		r.flush()
		expect(t, "who came after the gap", s.brief(t), "h note n")
		w := &world{rig: r}
		w.checkIndex()
		again.Leave()
		time.Sleep(2 * time.Minute)
		w.empty(true)
	})
}

// TestStopped: nothing hangs once the hub has stopped.
func TestStopped(t *testing.T) {
	h, err := NewHub(Config{Loader: newLoader()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	m, err := h.Join(ctx, Connection{Access: who("me"), Sink: &testSink{}})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run answered %v", err)
	}
	m.Connect(connect("main", "m", ""))
	m.Disconnect("m")
	m.shard.do(func() { t.Error("ran after the hub had stopped") })
	m.Leave()
	if _, err := h.Join(context.Background(), Connection{Access: who("me"), Sink: &testSink{}}); !errors.Is(err, ErrStopped) {
		t.Errorf("Join answered %v", err)
	}
	if err := h.Deliver(context.Background(), []LoggedEvent{{Event: &GapEvent{}}}); !errors.Is(err, ErrStopped) {
		t.Errorf("Deliver answered %v", err)
	}
	if err := h.Flush(context.Background()); !errors.Is(err, ErrStopped) {
		t.Errorf("Flush answered %v", err)
	}
}

// TestBackpressure: who delivers waits for a shard that is behind.
func TestBackpressure(t *testing.T) {
	r := newRig(t, Config{Shards: 1, Mailbox: 1})
	m, _ := r.join("me")
	goOn, busy := make(chan struct{}), make(chan struct{})
	m.shard.do(func() { close(busy); <-goOn })
	<-busy
	r.deliver(&GapEvent{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.hub.Deliver(ctx, []LoggedEvent{{Event: &GapEvent{}}}); !errors.Is(err, context.Canceled) {
		t.Errorf("Deliver answered %v with a full mailbox", err)
	}
	close(goOn)
	r.flush()
}

func TestBadConfig(t *testing.T) {
	for _, cfg := range []Config{
		{},
		{Loader: newLoader(), Shards: -1},
		{Loader: newLoader(), MaxChannels: -1},
		{Loader: newLoader(), Linger: -time.Second},
	} {
		if _, err := NewHub(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}
