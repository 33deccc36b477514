package api

import (
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// Observer hears of every request once it was answered. It is called from many
// goroutines, and must not block.
type Observer interface {
	// Request tells of one request: of which endpoint, as it is called under
	// /api/ ("notes/create"), or of which other route, with its slash and
	// placeholders ("/files/:key"); unknownRoute if there is none. So there are
	// as many names as routes, whatever clients ask for. took is until the
	// answer was written.
	Request(endpoint string, status int, took time.Duration)
}

// unknownRoute stands for every path that nothing is mounted at.
const unknownRoute = "unknown"

// loggedPath is the path of a request as the log may have it: without what the
// client made up, which may be a token.
func loggedPath(c echo.Context, route string) string {
	if route == unknownRoute || strings.Contains(route, ":") {
		return route
	}
	return c.Request().URL.Path
}

// routeName is what an Observer is told.
func (s *Server) routeName(c echo.Context) string {
	switch route := c.Path(); route {
	case "":
		return unknownRoute
	case "/api/*":
		name := strings.TrimPrefix(c.Request().URL.Path, "/api/")
		if _, ok := s.pipeline.Registry().Find(name); ok {
			return name
		}
		if _, ok := s.signRoute(name); ok {
			return name
		}
		return unknownRoute
	default:
		return route
	}
}
