package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"notewire/api/account"
	"notewire/api/action"
	"notewire/api/admin"
	"notewire/api/channels"
	"notewire/api/drive"
	"notewire/api/endpoint"
	"notewire/api/instance"
	"notewire/api/notes"
	"notewire/api/relations"
	"notewire/api/users"
	"notewire/protocol"
	"notewire/store"
)

// Server answers the API. It is safe for concurrent use.
type Server struct {
	config   Config
	log      *slog.Logger
	actions  *action.Service
	pipeline *endpoint.Pipeline
	limiter  *endpoint.Limiter // nil: no limits
	echo     *echo.Echo
}

// New makes a Server. The caller mounts Handler, runs Run beside it, and keeps
// the store open for as long as calls may come.
func New(config Config) (*Server, error) {
	if err := config.complete(); err != nil {
		return nil, fmt.Errorf("api configuration: %w", err)
	}
	registry, err := endpoint.NewRegistry(families()...)
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, log: config.Logger, echo: echo.New()}
	if config.RateLimits {
		s.limiter = endpoint.NewLimiter()
	}
	s.actions = action.New(action.Config{
		BaseURL: config.BaseURL, FileDir: config.FileDir, Timeout: config.RequestTimeout, PasswordCost: config.PasswordCost,
		UnreadAfter: config.UnreadAfter, Store: config.Store, IDs: config.IDs, Logger: config.Logger, Now: config.Now,
	})
	s.pipeline = s.newPipeline(registry)
	s.routes()
	return s, nil
}

// families are the endpoints of all families.
func families() [][]endpoint.Endpoint {
	return [][]endpoint.Endpoint{
		account.Endpoints(), admin.Endpoints(), channels.Endpoints(), drive.Endpoints(),
		instance.Endpoints(), notes.Endpoints(), relations.Endpoints(), users.Endpoints(),
	}
}

// newPipeline makes the pipeline that calls the endpoints of a registry.
func (s *Server) newPipeline(registry *endpoint.Registry) *endpoint.Pipeline {
	return endpoint.NewPipeline(endpoint.Config{
		Registry: registry, Actions: s.actions, Limiter: s.limiter, Timeout: s.config.RequestTimeout, Logger: s.log,
		Server: endpoint.ServerInfo{
			Name: s.config.Name, Version: misskeyVersion, OpenRegistration: s.config.OpenRegistration, MaxFileSize: s.config.MaxFileSize,
		},
	})
}

// Run does what is due by itself until ctx ends, and then answers nil; see
// action.Service. It must run beside the handler.
func (s *Server) Run(ctx context.Context) error { return s.actions.Run(ctx) }

// Authenticate finds who a token belongs to: nil without an error for an
// unknown token, and for one of an account that was deleted.
func (s *Server) Authenticate(ctx context.Context, token string) (*store.Identity, error) {
	return s.actions.Authenticate(ctx, token)
}

// MarkAllNotificationsRead does for a frame of the stream what
// notifications/mark-all-as-read does, but tells open sessions only if there was
// anything unread, as Misskey does there.
func (s *Server) MarkAllNotificationsRead(ctx context.Context, who store.Identity) error {
	return s.actions.MarkAllNotificationsRead(ctx, who)
}

// Invoke calls an endpoint for somebody whose token was checked already; see
// endpoint.Pipeline.
func (s *Server) Invoke(ctx context.Context, caller endpoint.Caller, name string, data json.RawMessage) (json.RawMessage, *protocol.Error) {
	return s.pipeline.Invoke(ctx, caller, name, data)
}

// Handler answers /api/ and the plain paths. Sockets are best mounted beside
// it, on a mux of the caller's, so that nothing of this package wraps them.
func (s *Server) Handler() http.Handler { return s.echo }

// ClientAddr is the address of the client behind the trusted proxies.
func (s *Server) ClientAddr(r *http.Request) netip.Addr { return s.config.TrustedProxies.Client(r) }

// routes lays out the paths. Endpoints are not routes of their own: Misskey
// answers any method but GET and OPTIONS like POST, which one handler over the
// registry does with less.
func (s *Server) routes() {
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.plainError
	e.Use(s.recoverAndLog, s.safety)

	e.Any("/api/*", s.serveAPI)
	e.GET("/.well-known/nodeinfo", s.nodeinfoLinks)
	for _, version := range []string{"2.0", "2.1"} {
		e.GET("/nodeinfo/"+version, s.nodeinfo(version))
	}
	e.GET("/healthz", s.healthz)
	e.GET("/identicon/:who", s.identicon)
	e.GET("/proxy/*", s.mediaProxy)
	e.GET("/files/:key", s.serveFile)
	e.HEAD("/files/:key", s.serveFile)
}
