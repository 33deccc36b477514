package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"notewire/api/endpoint"
	"notewire/protocol"
)

const (
	jsonType     = "application/json; charset=utf-8"
	privateCache = "private, max-age=0, must-revalidate"
)

// request is one HTTP request under /api/.
type request struct {
	*http.Request
	name   string     // of the endpoint
	fields url.Values // of a GET's query or an upload's form; nil otherwise
	params any        // decoded body; nil if there was none
	caller endpoint.Caller
	file   *endpoint.Upload
}

// serveAPI answers everything under /api/.
func (s *Server) serveAPI(ec echo.Context) error {
	w, r := ec.Response(), ec.Request()
	name := strings.TrimPrefix(r.URL.Path, "/api/")
	if r.Method == http.MethodOptions {
		preflight(w, r)
		return nil
	}
	if plain, ok := s.signRoute(name); ok && r.Method == http.MethodPost {
		apiHeaders(w)
		s.serveSignRoute(w, r, name, plain)
		return nil
	}
	e, known := s.pipeline.Registry().Find(name)
	if !known {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			apiHeaders(w)
			s.writeError(w, endpoint.ErrUnknownEndpoint)
			return nil
		}
		writeFastify(w, http.StatusNotFound, "", "Route "+r.Method+":"+r.URL.Path+" not found")
		return nil
	}
	apiHeaders(w)
	if r.Method == http.MethodGet && !e.GET {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.config.RequestTimeout)
	defer cancel()
	s.serveEndpoint(ctx, w, &request{Request: r, name: name}, e)
	return nil
}

// serveEndpoint reads, authenticates and runs one call.
func (s *Server) serveEndpoint(ctx context.Context, w http.ResponseWriter, r *request, e endpoint.Endpoint) {
	defer r.discardFile()
	defer r.maskPanic()
	ctx = withRequest(ctx, r)
	if !s.readRequest(ctx, w, r, e) {
		return
	}
	var body endpoint.Answer
	var failed *endpoint.Error
	if e.File { // admitted before the file was kept
		body, failed = s.pipeline.RunAdmitted(ctx, r.caller, r.file, e, r.castParams(e))
	} else if failed = s.identify(ctx, r); failed == nil {
		body, failed = s.pipeline.Run(ctx, r.caller, e, r.castParams(e))
	}
	switch {
	case failed != nil:
		s.writeError(w, failed)
	case body == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		if r.Method == http.MethodGet && e.Cache > 0 && r.caller.Identity == nil {
			w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int(e.Cache/time.Second)))
		}
		writeJSON(w, http.StatusOK, body)
	}
}

// token finds the access token: of the Authorization header, which wins, or
// the member i of the params.
func (r *request) token() (token string, given bool, failed *endpoint.Error) {
	if t, ok := bearer(r.Header); ok {
		return t, true, nil
	}
	if r.fields != nil {
		return r.fields.Get("i"), r.fields.Has("i"), nil
	}
	members, _ := r.params.(map[string]any)
	switch i := members["i"].(type) {
	case nil:
		return "", false, nil
	case string:
		return i, true, nil
	default:
		// Misskey never answers this; the words are those for any other member.
		return "", false, endpoint.InvalidParam("#/properties/i/type", "must be string")
	}
}

// identify finds out who calls.
func (s *Server) identify(ctx context.Context, r *request) *endpoint.Error {
	r.caller = endpoint.Caller{Address: s.ClientAddr(r.Request)}
	token, given, failed := r.token()
	if failed != nil || !given {
		return failed
	}
	who, err := s.Authenticate(ctx, token)
	if err != nil {
		return s.fail(ctx, r.name, err)
	}
	if who == nil {
		return endpoint.ErrAuthenticationFailed
	}
	r.caller.Identity = who
	s.actions.NoteTokenUse(ctx, who)
	return nil
}

// apiHeaders are on every answer of an endpoint.
func apiHeaders(w http.ResponseWriter) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", privateCache)
}

// hsts is how long browsers are to insist on TLS, as Misskey words it.
const hsts = "max-age=15552000; preload"

// safety puts the headers on every answer that keep browsers from harm: types
// are not guessed, no page of a stranger's shows ours, and where clients reach
// the server over TLS they stay with it.
func (s *Server) safety(next echo.HandlerFunc) echo.HandlerFunc {
	tls := strings.HasPrefix(s.config.BaseURL, "https://")
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		if tls {
			h.Set("Strict-Transport-Security", hsts)
		}
		return next(c)
	}
}

// preflight answers CORS preflights: any origin, any header.
func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
	h.Set("Vary", "Access-Control-Request-Headers")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	w.WriteHeader(http.StatusNoContent)
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", jsonType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away needs no answer
}

// writeError prints an Error as Misskey does.
func (s *Server) writeError(w http.ResponseWriter, e *endpoint.Error) {
	if c := e.Challenge(); c != "" {
		w.Header().Set("WWW-Authenticate", c)
	}
	if info, ok := e.Info.(endpoint.LimitInfo); ok {
		wait := time.UnixMilli(info.ResetMs).Sub(s.config.Now())
		w.Header().Set("Retry-After", strconv.Itoa(max(0, int((wait+time.Second-1)/time.Second))))
	}
	writeJSON(w, e.HTTPStatus(), e.Body())
}

// writeFastify prints the errors that come from below the API in Misskey: from
// its HTTP framework. code may be empty.
func writeFastify(w http.ResponseWriter, status int, code, message string) {
	type withCode struct {
		StatusCode int    `json:"statusCode"`
		Code       string `json:"code,omitempty"`
		Error      string `json:"error"`
		Message    string `json:"message"`
	}
	var v any = withCode{status, code, statusText(status), message}
	if status == http.StatusNotFound {
		v = struct {
			Message    string `json:"message"`
			Error      string `json:"error"`
			StatusCode int    `json:"statusCode"`
		}{message, statusText(status), status}
	}
	body, _ := protocol.Marshal(v) // strings and a number always encode
	writeJSON(w, status, body)
}

// statusText is node's name of a status, which differs from Go's in one.
func statusText(status int) string {
	if status == http.StatusRequestEntityTooLarge {
		return "Payload Too Large"
	}
	return http.StatusText(status)
}

// recoverAndLog keeps a panic in one request from ending the program, and logs
// requests without their query, where tokens stand.
func (s *Server) recoverAndLog(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		start := time.Now()
		r := c.Request()
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // a sentinel that is panicked with as it is
					panic(p)
				}
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
			if err != nil {
				c.Error(err)
				err = nil
			}
			took := time.Since(start)
			route := s.routeName(c)
			s.log.Debug("request", "method", r.Method, "path", loggedPath(c, route), "status", c.Response().Status, "took", took)
			if o := s.config.Observer; o != nil {
				o.Request(route, c.Response().Status, took)
			}
		}()
		return next(c)
	}
}

// plainError answers what no handler answered.
func (s *Server) plainError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		writeFastify(c.Response(), he.Code, "", fmt.Sprintf("Route %s:%s not found", c.Request().Method, c.Request().URL.Path))
		return
	}
	id := uuid.NewString()
	s.log.Error("a request failed", "path", loggedPath(c, s.routeName(c)), "id", id, "err", endpoint.Masked(withRequest(c.Request().Context(), &request{Request: c.Request()}), err))
	apiHeaders(c.Response())
	s.writeError(c.Response(), endpoint.InternalError(id))
}
