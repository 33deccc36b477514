package socket

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"notewire/api/socket/sockettest"
)

// All connections are closed with 1012, spread evenly; nobody is admitted
// meanwhile or afterwards; and Drain waits until the last has answered.
func TestDrain(t *testing.T) {
	bubble(t, Limits{}, func(t *testing.T, tr *transport) {
		const n, spread = 4, 8 * time.Second
		var clients []*served
		for range n {
			clients = append(clients, pipe(t, tr))
		}
		begin := time.Now()
		done := make(chan error)
		go func() { done <- tr.Drain(t.Context(), spread) }()
		closed := map[time.Duration]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for _, c := range clients {
			all.Go(func() {
				c.client.WantClose(t, CodeRestart)
				mu.Lock()
				defer mu.Unlock()
				closed[time.Since(begin)]++
			})
		}
		synctest.Wait()
		if err := tr.gateway.Admit(new(Socket), clients[0], netip.IPv6Loopback()); !errors.Is(err, ErrDraining) || !tr.Draining() {
			t.Errorf("admitting: %v", err)
		}
		all.Wait()
		if err := <-done; err != nil {
			t.Error(err)
		}
		for i := range n {
			if closed[time.Duration(i)*spread/n] != 1 {
				t.Errorf("closed at %v", closed)
			}
			if r := <-clients[i].ended; r != CloseRestart {
				t.Errorf("ended with %v", r)
			}
		}
	})
}

// A client whose handshake is under way when the drain begins is waited for, and
// closed when it comes; one that does not end bounds nobody's patience.
func TestDrainMeetsHandshakes(t *testing.T) {
	bubble(t, Limits{}, func(t *testing.T, tr *transport) {
		late, never := newServed(tr), newServed(tr)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- tr.Drain(ctx, 0) }()
		synctest.Wait()
		near, far := net.Pipe()
		serveLate(t, tr, late, near, far)
		late.client.WantClose(t, CodeRestart)
		if r := <-late.ended; r != CloseRestart {
			t.Errorf("ended with %v", r)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("draining: %v", err)
		}
		never.Dismiss()
		tr.admission.wait()
	})
}

// A socket that is closed before its upgrade is answered is closed right after.
func TestCloseBeforeAccept(t *testing.T) {
	bubble(t, Limits{}, func(t *testing.T, tr *transport) {
		sv := newServed(tr)
		sv.Close(CloseRevoked)
		sv.Close(CloseGap) // the first counts
		near, far := net.Pipe()
		serveLate(t, tr, sv, near, far)
		sv.client.WantClose(t, CodePolicy)
		if r := <-sv.ended; r != CloseRevoked {
			t.Errorf("ended with %v", r)
		}
	})
}

// serveLate answers the upgrade of a socket that was admitted before.
func serveLate(t *testing.T, tr *transport, sv *served, near, far net.Conn) {
	t.Helper()
	go func() {
		if err := tr.upgrade(sv.Socket, pipeWriter{httptest.NewRecorder(), far}, upgradeRequest()); err != nil {
			t.Error(err)
			return
		}
		sv.Serve()
		sv.Dismiss() // as a handler defers it: nothing
	}()
	sv.client = sockettest.NewClient(near)
	sv.client.Head(t)
}

// Run resets who is open when its context ends, and answers when all have ended.
func TestRunEndsEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTestTransport(t, Limits{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- tr.Run(ctx) }()
		one, two := pipe(t, tr), pipe(t, tr)
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		for _, sv := range []*served{one, two} {
			if r := <-sv.ended; r != endedStopped {
				t.Errorf("ended with %v", r)
			}
		}
		if err := tr.gateway.Admit(new(Socket), one, netip.IPv6Loopback()); !errors.Is(err, ErrDraining) {
			t.Errorf("admitting afterwards: %v", err)
		}
	})
}
