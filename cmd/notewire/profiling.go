package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// profilingFlags turn on what developers measure with. It is not for
// operation: whoever reaches it can read the process's memory and slow it down,
// so only this machine may, and the help does not offer it.
type profilingFlags struct {
	PprofListen string `help:"Loopback address for Go's profiles (/debug/pprof/), for whoever measures the server (default: none)." placeholder:"ADDR" hidden:""`
}

// listen opens the listener for profiles; nil if it was not asked for.
func (f *profilingFlags) listen(ctx context.Context) (net.Listener, error) {
	if f.PprofListen == "" {
		return nil, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.PprofListen)
	if err != nil {
		return nil, fmt.Errorf("listening on %s for profiles: %w", f.PprofListen, err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		_ = l.Close()
		return nil, usagef("--pprof-listen is for this machine only: give it a loopback address, for example 127.0.0.1:6060")
	}
	return l, nil
}

// serveProfiles answers until ctx ends.
func serveProfiles(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving profiles: %w", err)
	}
	return nil
}
