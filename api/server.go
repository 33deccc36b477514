package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"

	"github.com/labstack/echo/v4"

	"notewire/api/password"
	"notewire/protocol"
)

// Server answers the API. It is safe for concurrent use.
type Server struct {
	config    Config
	log       *slog.Logger
	registry  registry
	limiter   *limiter // nil: no limits
	unread    *reminders
	failed    failedPolls
	packer    protocol.Packer
	passwords password.Hasher
	echo      *echo.Echo
}

// New makes a Server. The caller mounts Handler, runs Run beside it, and keeps
// the store open for as long as calls may come.
func New(config Config) (*Server, error) {
	if err := config.complete(); err != nil {
		return nil, fmt.Errorf("api configuration: %w", err)
	}
	reg, err := newRegistry(all())
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, log: config.Logger, registry: reg, echo: echo.New(),
		packer: protocol.Packer{BaseURL: config.BaseURL, Now: config.Now}}
	s.passwords = password.NewHasher(config.PasswordCost, runtime.GOMAXPROCS(0))
	if config.RateLimits {
		s.limiter = newLimiter()
	}
	s.unread = newReminders(s)
	s.routes()
	return s, nil
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
	e.GET("/files/:key", s.serveFile)
	e.HEAD("/files/:key", s.serveFile)
}
