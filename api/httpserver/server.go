package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
)

// Config is what a Server is made of.
type Config struct {
	// Handler answers the requests. Required.
	Handler http.Handler
	// Limits bound what a client can make the server wait for.
	Limits Limits
	// Logger gets what net/http complains of, at debug level: clients cause it.
	// Default: discards.
	Logger *slog.Logger
}

// Server answers requests over HTTP/1. It is safe for concurrent use.
type Server struct {
	http   http.Server
	limits Limits

	slowBodies, slowReaders atomic.Int64
}

// New makes a server. Its error wraps ErrLimits if it is about the limits.
func New(cfg Config) (*Server, error) {
	if cfg.Handler == nil {
		return nil, errors.New("an HTTP server needs a handler")
	}
	limits, err := cfg.Limits.filled()
	if err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{limits: limits}
	s.http = http.Server{
		Handler:           s.boundBodies(cfg.Handler),
		ReadHeaderTimeout: limits.HeaderTimeout,
		// The deadline of bodies that no handler ever sees; boundBodies replaces it.
		ReadTimeout:    max(limits.BodyStall, limits.HeaderTimeout),
		IdleTimeout:    limits.IdleTimeout,
		MaxHeaderBytes: limits.MaxHeader,
		ErrorLog:       slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Serve answers the connections of l until Close or Shutdown, when it answers
// nil, or until l fails. It closes l.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(&listener{l, s}); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("accepting connections: %w", err)
	}
	return nil
}

// Shutdown closes the listeners and waits until all requests are answered or ctx
// ends, whose error it answers then.
func (s *Server) Shutdown(ctx context.Context) error { return s.http.Shutdown(ctx) }

// Close closes the listeners and all connections but those that were hijacked.
func (s *Server) Close() error { return s.http.Close() }

// SlowBodies counts the requests whose body came too slowly for a handler that
// read it.
func (s *Server) SlowBodies() int64 { return s.slowBodies.Load() }

// SlowReaders counts the connections that were reset because their client took
// its answer too slowly.
func (s *Server) SlowReaders() int64 { return s.slowReaders.Load() }

// listener wraps what it accepts.
type listener struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, server: l.server}, nil
}
