package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// healthz answers 200 while the database does, and 503 otherwise.
func (s *Server) healthz(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(c.Request().Context(), 5*time.Second)
	defer cancel()
	if err := s.config.Store.Ping(ctx); err != nil {
		s.log.Warn("the database does not answer", "err", err)
		return c.NoContent(http.StatusServiceUnavailable)
	}
	return c.NoContent(http.StatusOK)
}
