package socket

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"notewire/api/socket/sockettest"
)

// bubble runs a test on a fake clock, with a transport whose run is running.
func bubble(t *testing.T, l Limits, f func(t *testing.T, tr *transport)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		tr := newTestTransport(t, l)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); tr.keepAlive(ctx) }()
		defer func() { cancel(); <-done }()
		f(t, tr)
	})
}

func TestPingsAndPongs(t *testing.T) {
	bubble(t, Limits{}, func(t *testing.T, tr *transport) {
		sv := pipe(t, tr)
		begin := time.Now()
		for i := range 10 {
			sv.client.Want(t, opPing, "")
			if at := time.Since(begin); at > time.Duration(i+1)*25*time.Second || at < time.Duration(i+1)*25*time.Second-time.Second {
				t.Errorf("ping %d came after %v", i, at)
			}
			sv.client.Send(t, sockettest.Final, opPong, nil)
		}
		last := time.Now()
		for { // from now on no pong, though it reads and talks
			f, err := sv.client.Next()
			if err != nil {
				break
			}
			if f.Op != opPing {
				t.Fatalf("got %+v", f)
			}
			sv.client.Send(t, sockettest.Final, 1, []byte("h"))
		}
		if r := <-sv.ended; r != endedPing {
			t.Errorf("ended with %v", r)
		}
		if at := time.Since(last); at > 61*time.Second || at < 59*time.Second {
			t.Errorf("ended %v after the last pong", at)
		}
		if n := tr.stats.Closes(LabelPing); n != 1 {
			t.Errorf("%d missing pongs are counted", n)
		}
	})
}

// The peer is gone without a word and takes nothing any more.
func TestHalfOpenPeer(t *testing.T) {
	bubble(t, Limits{}, func(t *testing.T, tr *transport) {
		sv := pipe(t, tr)
		sv.Send(text(1, 100), nil) // the writer waits in this for good
		begin := time.Now()
		if r := <-sv.ended; r != endedPing {
			t.Errorf("ended with %v", r)
		}
		if at := time.Since(begin); at > 61*time.Second {
			t.Errorf("ended after %v", at)
		}
	})
}

func TestCloseTimeout(t *testing.T) {
	for name, reads := range map[string]bool{"reads but does not answer": true, "does not read": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Limits{}, func(t *testing.T, tr *transport) {
				sv := pipe(t, tr)
				sv.Send(text(1, 8), nil)
				sv.Close(CloseGap)
				begin := time.Now()
				if reads {
					sv.client.Want(t, 1, "00000001")
					if f, err := sv.client.Next(); err != nil || f.Code() != 1012 {
						t.Errorf("%v %+v", err, f)
					}
				}
				if r := <-sv.ended; r != CloseGap {
					t.Errorf("ended with %v", r)
				}
				if at := time.Since(begin); at != 5*time.Second {
					t.Errorf("ended after %v", at)
				}
			})
		})
	}
}

func TestFlushed(t *testing.T) {
	bubble(t, Limits{}, func(t *testing.T, tr *transport) {
		sv := pipe(t, tr)
		<-sv.Flushed() // nothing waits
		sv.Send(text(1, 8), nil)
		sv.Send(text(2, 8), nil)
		flushed := sv.Flushed()
		synctest.Wait()
		select {
		case <-flushed:
			t.Error("flushed before anything was read")
		default:
		}
		sv.client.Want(t, 1, "00000001")
		sv.client.Want(t, 1, "00000002")
		<-flushed
		sv.end(t)
	})
}

// Past the burst the client is slowed down to the rate, and closed if it goes
// on for too long.
func TestInboundRate(t *testing.T) {
	bubble(t, Limits{InboundRate: 50, InboundBurst: 200}, func(t *testing.T, tr *transport) {
		sv := pipe(t, tr)
		begin := time.Now()
		for range 450 {
			sv.client.Send(t, sockettest.Final, 1, []byte("x"))
		}
		for range 450 {
			<-sv.messages
		}
		if at := time.Since(begin); at < 4*time.Second || at > 6*time.Second {
			t.Errorf("250 frames past the burst were taken in %v, want 5 s", at)
		}
		time.Sleep(10 * time.Second) // relief
		begin = time.Now()
		closed := make(chan error)
		go func() {
			for {
				f, err := sv.client.Next()
				if err != nil || f.Op == opClose {
					closed <- err
					return
				}
			}
		}()
		sent := 0
		for !sv.Closing() {
			_, err := sv.client.Conn.Write(sockettest.EncodeFrame(sockettest.Final, opPing, nil))
			if err != nil {
				break
			}
			sent++
		}
		if err := <-closed; err != nil {
			t.Errorf("waiting for a close frame: %v", err)
		}
		if at := time.Since(begin); at < 10*time.Second || at > 12*time.Second || sent > 200+12*50 {
			t.Errorf("closed after %v and %d pings", at, sent)
		}
		if r := <-sv.ended; r != closeFlood {
			t.Errorf("ended with %v", r)
		}
		if _, err := sv.client.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("after the close: %v", err)
		}
	})
}

// A connection that is not being read for its rate still ends at once.
func TestTheEndEndsAPause(t *testing.T) {
	bubble(t, Limits{InboundRate: 0.1, InboundBurst: 1}, func(t *testing.T, tr *transport) {
		sv := pipe(t, tr)
		for range 2 { // the second one is over the rate by ten seconds
			sv.client.Send(t, sockettest.Final, 1, []byte("x"))
			<-sv.messages
		}
		synctest.Wait()
		begin := time.Now()
		tr.stop()
		if r := <-sv.ended; r != endedStopped {
			t.Errorf("ended with %v", r)
		}
		if at := time.Since(begin); at != 0 {
			t.Errorf("ended after %v", at)
		}
	})
}

func TestLimitsOutOfRange(t *testing.T) {
	for name, l := range map[string]Limits{
		"negative": {QueueBytes: -1}, "negative rate": {InboundRate: -1}, "pong before ping": {PongTimeout: time.Second},
	} {
		if _, err := New(Config{Limits: l}); !errors.Is(err, ErrLimits) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
