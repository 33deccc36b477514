package api

import (
	"context"
	"fmt"
	"net/http"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
)

// plainRoute is a path under /api/ that is no endpoint: signing up and signing
// in answer in their own ways, without the pipeline's validation.
type plainRoute func(ctx context.Context, w http.ResponseWriter, r *request)

// plainRoute finds one by name. They are POST only and not listed by
// "endpoints", as on Misskey.
func (s *Server) plainRoute(name string) (plainRoute, bool) {
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

// servePlain reads a JSON body and hands it on. Who is signed in does not
// matter to these.
func (s *Server) servePlain(w http.ResponseWriter, hr *http.Request, name string, run plainRoute) {
	r := &request{Request: hr, name: name}
	defer r.maskPanic()
	if !s.readRequest(w, r, endpoint.Endpoint{}) {
		return
	}
	ctx, cancel := context.WithTimeout(withRequest(hr.Context(), r), s.config.RequestTimeout)
	defer cancel()
	r.caller = endpoint.Caller{Address: s.ClientAddr(hr)}
	run(ctx, w, r)
}

// nobody acts where there is no account yet, or none that is known.
func (s *Server) nobody(r *request) *action.Actor { return s.actions.Actor(nil, r.caller.Address) }

// fail turns an error into an answer, for what is called like an endpoint; own
// are the answers that stand for errors of package action.
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
