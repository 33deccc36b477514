package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"notewire/store/feed"
)

// What may keep a server from being ready, as /readyz names it.
const (
	unreadyDraining = "draining" // it sends its clients away
	unreadyDatabase = "database" // it does not answer
	unreadyReader   = "reader"   // the event log cannot be read, or was not for too long
	unreadyListen   = "listen"   // news of other nodes' events does not come, nor is the log polled often
)

const (
	// readFresh is how old the last read of the log may be for polling to
	// stand in for LISTEN.
	readFresh = 5 * time.Second
	// pingTimeout is how long the database may take to answer.
	pingTimeout = 2 * time.Second
	// pingInterval is how long an answer of the database counts: anybody may ask
	// for readiness, and not every question may become a query.
	pingInterval = 500 * time.Millisecond
)

// readiness says whether the server is fit to be sent clients. It is what
// /readyz answers, on the public listener and on that for metrics. Its methods
// may be called from any goroutine.
type readiness struct {
	draining  func() bool
	ping      func(context.Context) error
	reader    func() feed.Stats
	listening func() bool
	poll      time.Duration // of the reader
	now       func() time.Time
	log       *slog.Logger

	mu          sync.Mutex // held while the database is asked, so that one call waits at a time
	pingedAt    time.Time
	answer      error
	lastFailing []string // what failed when somebody asked last
}

// readiness makes what answers /readyz.
func (a *App) readiness() *readiness {
	return &readiness{
		draining: a.streaming.Draining, ping: a.db.queries.Ping, reader: a.reader.Stats,
		listening: func() bool { return wakesOf(a.waker).listening },
		poll:      a.cfg.EventLog.Poll, now: time.Now, log: a.log,
	}
}

// check answers what keeps the server from being ready, and what is broken
// without keeping it from being ready: while the log is polled, the loss of LISTEN
// costs time only.
func (r *readiness) check(ctx context.Context) (failing, degraded []string) {
	if r.draining() {
		failing = append(failing, unreadyDraining)
	}
	if r.database(ctx) != nil {
		failing = append(failing, unreadyDatabase)
	}
	s := r.reader()
	age := r.now().Sub(s.LastRead)
	if s.Failing || age > 2*r.poll+readFresh {
		failing = append(failing, unreadyReader)
	}
	switch {
	case r.listening():
	case age > readFresh:
		failing = append(failing, unreadyListen)
	default:
		degraded = append(degraded, unreadyListen)
	}
	return failing, degraded
}

// database pings the database, or answers what the last ping said if that was a
// moment ago.
func (r *readiness) database(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.now(); r.pingedAt.IsZero() || now.Sub(r.pingedAt) >= pingInterval {
		// The answer is for others too: it must not fail because this client left.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pingTimeout)
		defer cancel()
		r.answer = r.ping(ctx)
		r.pingedAt = r.now()
	}
	return r.answer
}

// logChange logs if the answer is another than the last one.
func (r *readiness) logChange(failing []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Equal(failing, r.lastFailing) {
		return
	}
	r.lastFailing = failing
	if len(failing) > 0 {
		r.log.Warn("not ready", "failing", failing)
	} else {
		r.log.Info("ready again")
	}
}

// ServeHTTP answers 200 if the server is ready and 503 if not, with the names of
// what fails and of what is degraded. The causes are in the log only.
func (r *readiness) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	failing, degraded := r.check(req.Context())
	r.logChange(failing)
	status := http.StatusOK
	if len(failing) > 0 {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct { // a client that went away needs no answer
		Ready    bool     `json:"ready"`
		Failing  []string `json:"failing"`
		Degraded []string `json:"degraded"`
	}{len(failing) == 0, append([]string{}, failing...), append([]string{}, degraded...)})
}
