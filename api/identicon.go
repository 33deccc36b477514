package api

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// identicon draws a picture for an account without one: five by five cells,
// mirrored, in a colour of the name's own. The same name always gets the same
// picture, so it may be kept for long.
func (s *Server) identicon(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("X-Content-Type-Options", "nosniff")
	// An SVG is a document: opened by itself it must not be able to do anything.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'none'; sandbox")
	return c.Blob(http.StatusOK, "image/svg+xml", identiconSVG(c.Param("who")))
}

// identiconSVG is made of a hash of the name only: no byte of the name itself
// gets into the picture.
func identiconSVG(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	hue := (int(sum[0])<<8 | int(sum[1])) % 360
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 7 7" width="256" height="256" shape-rendering="crispEdges"><rect width="7" height="7" fill="hsl(%d,35%%,92%%)"/><g fill="hsl(%d,55%%,50%%)">`, hue, hue)
	for row := range 5 {
		for column := range 3 {
			if sum[2+row*3+column]&1 == 0 {
				continue
			}
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="1" height="1"/>`, 1+column, 1+row)
			if column < 2 {
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="1" height="1"/>`, 5-column, 1+row)
			}
		}
	}
	b.WriteString(`</g></svg>`)
	return []byte(b.String())
}
