package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"notewire/api/httpserver"
	"notewire/api/socket"
)

// httpServer is the server of the public address.
func (a *App) httpServer() (*httpserver.Server, error) {
	mux := http.NewServeMux()
	mux.Handle("GET /readyz", a.ready)
	mux.Handle("/streaming", a.streaming)
	mux.Handle("/streaming/", a.streaming)
	mux.Handle("/", a.api.Handler())
	handler := socket.WithoutRedirects(mux)
	if replace := a.cfg.Hooks.Handler; replace != nil {
		handler = replace(handler)
	}
	s, err := httpserver.New(httpserver.Config{Handler: handler, Limits: a.cfg.HTTP, Logger: a.log})
	if err != nil {
		return nil, fmt.Errorf("setting HTTP up: %w", err)
	}
	return s, nil
}

// serveUntil answers the connections of l until ctx ends.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler, limits httpserver.Limits, log *slog.Logger) error {
	s, err := httpserver.New(httpserver.Config{Handler: h, Limits: limits, Logger: log})
	if err != nil {
		return fmt.Errorf("setting HTTP up: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })() // Serve tells more
	return s.Serve(l)
}
