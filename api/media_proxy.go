package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// mediaProxy answers /proxy/…?url=, which meta names and where clients ask for
// pictures in a size or form of their own. This server keeps each in one form: a
// picture of its own is sent on to, as it is. It fetches nothing from other
// servers, and sends nobody to them either, where anybody could make it a way
// around what people trust.
func (s *Server) mediaProxy(c echo.Context) error {
	path, ours := strings.CutPrefix(c.QueryParam("url"), s.config.BaseURL+"/")
	u, err := url.Parse("/" + path)
	shown := err == nil && u.Host == "" && (strings.HasPrefix(u.Path, "/files/") || strings.HasPrefix(u.Path, "/identicon/"))
	if !ours || !shown {
		http.Error(c.Response(), "only pictures of this server are to be had here", http.StatusNotFound)
		return nil
	}
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	return c.Redirect(http.StatusFound, s.config.BaseURL+u.EscapedPath())
}
