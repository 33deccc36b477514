package api

import (
	"context"
	"fmt"
	"net/http"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
)

// signRoute answers one of the paths under /api/ by which people sign up and sign in.
// They are no endpoints: they answer in ways of their own, without the validation
// of the pipeline.
type signRoute func(ctx context.Context, w http.ResponseWriter, r *request)

// signRoute finds one by name. They take POST only and "endpoints" does not list
// them, as on Misskey.
func (s *Server) signRoute(name string) (signRoute, bool) {
	switch name {
	case "signup":
		return s.signup, true
	case "signin":
		return s.signin, true
	case "signin-flow":
		return s.signinFlow, true
	default:
		return nil, false
	}
}

// serveSignRoute reads a JSON body and hands it on. Whether somebody is signed in
// does not matter to these paths.
func (s *Server) serveSignRoute(w http.ResponseWriter, hr *http.Request, name string, run signRoute) {
	r := &request{Request: hr, name: name}
	defer r.maskPanic()
	if !s.readRequest(hr.Context(), w, r, endpoint.Endpoint{}) {
		return
	}
	ctx, cancel := context.WithTimeout(withRequest(hr.Context(), r), s.config.RequestTimeout)
	defer cancel()
	r.caller = endpoint.Caller{Address: s.ClientAddr(hr)}
	run(ctx, w, r)
}

// nobody is the actor of a request by which no account is known yet.
func (s *Server) nobody(r *request) *action.Actor { return s.actions.Actor(nil, r.caller.Address) }

// fail turns an error into an answer, as the pipeline does for endpoints. own are
// the answers that stand for errors of package action.
func (s *Server) fail(ctx context.Context, name string, err error, own ...*endpoint.Error) *endpoint.Error {
	return s.pipeline.Fail(ctx, endpoint.Meta{Name: name, Errors: own}, err)
}

func (s *Server) writeResult(ctx context.Context, w http.ResponseWriter, name string, result any) {
	body, err := protocol.Marshal(result)
	if err != nil {
		s.writeError(w, s.fail(ctx, name, fmt.Errorf("encoding the answer: %w", err)))
		return
	}
	writeJSON(w, http.StatusOK, body)
}
