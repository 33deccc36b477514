package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"notewire/api/action"
)

// signupTexts are what clients are told where a sign-up fails, as Misskey words
// it.
var signupTexts = []struct {
	err  error
	text string
}{
	{action.ErrInvalidUsername, "INVALID_USERNAME"},
	{action.ErrInvalidPassword, "INVALID_PASSWORD"},
	{action.ErrInvalidHost, "INVALID_HOST"},
	{action.ErrUsernameTaken, "DUPLICATED_USERNAME"},
}

// signup makes an account, where registration is open or the account is the
// first, and answers it with its first token.
func (s *Server) signup(ctx context.Context, w http.ResponseWriter, r *request) {
	in := action.NewAccount{Which: action.AnyAccount}
	if !s.config.OpenRegistration {
		// Asked before a password is hashed for nothing; of several who are the
		// first at once, CreateAccount makes one.
		taken, err := s.config.Store.HasAdmin(ctx)
		if err != nil {
			s.writeError(w, s.fail(ctx, "signup", err))
			return
		}
		if taken {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		in.Which = action.OnlyTheFirst
	}
	members, _ := r.params.(map[string]any)
	in.Username, _ = members["username"].(string)
	in.Password, _ = members["password"].(string)
	if s.config.AllowHost {
		host, _ := members["host"].(string)
		in.Host = strings.ToLower(host)
	}
	me, err := s.nobody(r).CreateAccount(ctx, in)
	if err == nil {
		s.writeResult(ctx, w, "signup", me)
		return
	}
	if errors.Is(err, action.ErrNotTheFirst) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, known := range signupTexts {
		if errors.Is(err, known.err) {
			writeFastify(w, http.StatusBadRequest, "", "Error: "+known.text)
			return
		}
	}
	s.writeError(w, s.fail(ctx, "signup", err))
}
