package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/store"
)

// signinLimit throttles sign-ins by address, as on Misskey. guessLimit throttles
// passwords by the name that they are tried on, whoever has it and from wherever
// they come: guesses that are spread over many addresses. It is wide, since it
// can be used to keep somebody from signing in, for as long as it goes on.
var (
	signinLimit = endpoint.Limit{Key: "signin", Duration: time.Hour, Max: 10, MinInterval: time.Second}
	guessLimit  = endpoint.Limit{Key: "guess", Duration: time.Hour, Max: 100}
)

// The ways in which a sign-in fails. Misskey tells their ids only.
var (
	errNoSuchAccount    = endpoint.NewError(http.StatusNotFound, "", "", "", "6cc579cc-885d-43d8-95c2-b8c7fc963280").For(action.ErrNoSuchAccount)
	errAccountSuspended = endpoint.NewError(http.StatusForbidden, "", "", "", "e03a5f46-d309-4865-9b69-56282d94e1eb").For(action.ErrAccountSuspended)
	errWrongPassword    = endpoint.NewError(http.StatusForbidden, "", "", "", "932c904e-9460-45b7-9ce6-7ed33be7eb2c").For(action.ErrIncorrectPassword)
)

type signinAnswer struct {
	ID store.UserID `json:"id"`
	I  string       `json:"i"` // a new native token
}

type signinFlowAnswer struct {
	Finished bool         `json:"finished"`
	ID       store.UserID `json:"id,omitempty"`
	I        string       `json:"i,omitempty"`
	Next     string       `json:"next,omitempty"` // what is missing: "password"
}

// signin answers a native token for a name and a password.
func (s *Server) signin(ctx context.Context, w http.ResponseWriter, r *request) {
	username, password, ok := s.credentials(w, r)
	if !ok {
		return
	}
	if password == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	u, token, err := s.nobody(r).SignIn(ctx, username, password, harmless(r.Header))
	if err != nil {
		s.writeError(w, s.fail(ctx, "signin", err, errNoSuchAccount, errAccountSuspended, errWrongPassword))
		return
	}
	s.writeResult(ctx, w, "signin", signinAnswer{u.ID, token})
}

// signinFlow does the same in steps: without a password it asks for one.
func (s *Server) signinFlow(ctx context.Context, w http.ResponseWriter, r *request) {
	username, password, ok := s.credentials(w, r)
	if !ok {
		return
	}
	u, token, err := s.nobody(r).SignIn(ctx, username, password, harmless(r.Header))
	switch {
	case err != nil:
		s.writeError(w, s.fail(ctx, "signin-flow", err, errNoSuchAccount, errAccountSuspended, errWrongPassword))
	case password == nil:
		s.writeResult(ctx, w, "signin-flow", signinFlowAnswer{Next: "password"})
	default:
		s.writeResult(ctx, w, "signin-flow", signinFlowAnswer{Finished: true, ID: u.ID, I: token})
	}
}

// credentials reads what both ways to sign in ask for. A nil password is an
// absent one. If it answers false, the request was answered.
func (s *Server) credentials(w http.ResponseWriter, r *request) (username string, password *string, ok bool) {
	members, _ := r.params.(map[string]any)
	username, ok = members["username"].(string)
	switch p := members["password"].(type) {
	case nil:
	case string:
		password = &p
	default:
		ok = false
	}
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		return "", nil, false
	}
	if s.limiter != nil {
		now := s.config.Now()
		_, over := s.limiter.Take(r.caller.CountedAs(), signinLimit, now)
		// Who has no possible name has no password to guess, and is not kept.
		if !over && password != nil && action.ValidUsername(username) {
			_, over = s.limiter.Take("name "+strings.ToLower(username), guessLimit, now)
		}
		if over {
			s.writeError(w, endpoint.ErrTooManySigninTries)
			return "", nil, false
		}
	}
	return username, password, true
}

// harmless are the headers of a request without those that carry secrets.
func harmless(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		switch name {
		case "Authorization", "Cookie", "Proxy-Authorization":
		default:
			out[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return out
}
