package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// healthz answers 200 while the process answers at all, as Misskey does. It
// does not ask the database: whoever restarts what is not alive would restart
// every node for as long as the database is away. What a node is fit for is
// told by /readyz, which belongs to the command.
func (s *Server) healthz(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.NoContent(http.StatusOK)
}
