package api

import (
	"context"
	"net/http"
)

// plainRoute is a path under /api/ that is no endpoint: signing up and signing
// in answer in their own ways, without the pipeline's validation and errors.
type plainRoute func(ctx context.Context, w http.ResponseWriter, r *request)

// plainRoutes are POST only and not listed by "endpoints", as on Misskey.
func (s *Server) plainRoutes() map[string]plainRoute {
	return map[string]plainRoute{}
}

// servePlain reads a JSON body and hands it on. Who is signed in does not
// matter to these.
func (s *Server) servePlain(w http.ResponseWriter, hr *http.Request, run plainRoute) {
	r := &request{Request: hr}
	if !s.readRequest(w, r, endpoint{}) {
		return
	}
	ctx, cancel := context.WithTimeout(hr.Context(), s.config.RequestTimeout)
	defer cancel()
	r.caller = Caller{Address: s.ClientAddr(hr), Header: hr.Header}
	run(ctx, w, r)
}
