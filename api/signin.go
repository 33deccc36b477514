package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"notewire/protocol"
	"notewire/store"
)

// maxNativeTokens bounds the sign-ins of one user that stay valid; the oldest
// give way.
const maxNativeTokens = 100

// signinLimit throttles sign-ins by address, as on Misskey. guessLimit throttles
// passwords by the name that they are tried on, whoever has it and from wherever
// they come: guesses that are spread over many addresses. It is wide, since it
// can be used to keep somebody from signing in, for as long as it goes on.
var (
	signinLimit = limit{key: "signin", duration: time.Hour, max: 10, minInterval: time.Second}
	guessLimit  = limit{key: "guess", duration: time.Hour, max: 100}
)

// The ways in which a sign-in fails. Misskey tells their ids only.
var (
	errNoSuchAccount    = newError(http.StatusNotFound, "", "", "", "6cc579cc-885d-43d8-95c2-b8c7fc963280")
	errAccountSuspended = newError(http.StatusForbidden, "", "", "", "e03a5f46-d309-4865-9b69-56282d94e1eb")
	errWrongPassword    = newError(http.StatusForbidden, "", "", "", "932c904e-9460-45b7-9ce6-7ed33be7eb2c")
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
	u, token, err := s.signIn(ctx, r, username, password)
	if err != nil {
		s.writeError(w, s.fail(ctx, "signin", err))
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
	u, token, err := s.signIn(ctx, r, username, password)
	switch {
	case err != nil:
		s.writeError(w, s.fail(ctx, "signin-flow", err))
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
		_, over := s.limiter.take(actor(r.caller), signinLimit, now)
		// Who has no possible name has no password to guess, and is not kept.
		if !over && password != nil && localUsername.MatchString(username) {
			_, over = s.limiter.take("name "+strings.ToLower(username), guessLimit, now)
		}
		if over {
			s.writeError(w, errTooManySigninTries)
			return "", nil, false
		}
	}
	return username, password, true
}

// signIn checks a password and makes a token. With a nil password it only
// checks that the account may sign in. Who may not, learns so after the time
// that a wrong password takes.
func (s *Server) signIn(ctx context.Context, r *request, username string, password *string) (*store.User, string, error) {
	u, hash, refused, err := s.mayTrySignIn(ctx, username)
	if err != nil {
		return nil, "", err
	}
	if password == nil {
		return u, "", refused
	}
	same, err := s.passwords.Matches(ctx, hash, *password)
	switch {
	case err != nil:
		return nil, "", err
	case refused != nil:
		return nil, "", refused
	case !same:
		return nil, "", errWrongPassword
	}
	token := store.NewNativeToken()
	c := s.callFor(r)
	err = c.Transact(ctx, func(ctx context.Context, w *Work) error {
		return w.signedIn(ctx, u.ID, store.HashToken(token))
	})
	return u, token, err
}

// mayTrySignIn finds the account and its password's hash, or why nobody signs
// in under that name: refused is an *Error and the hash is empty then.
func (s *Server) mayTrySignIn(ctx context.Context, username string) (u *store.User, hash string, refused, err error) {
	u, err = s.config.Store.UserByName(ctx, username, "")
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && u.IsDeleted:
		return nil, "", errNoSuchAccount, nil
	case err != nil:
		return nil, "", nil, fmt.Errorf("looking up who signs in: %w", err)
	case u.IsSuspended:
		return nil, "", errAccountSuspended, nil
	}
	if hash, err = s.config.Store.PasswordHash(ctx, u.ID); err != nil {
		return nil, "", nil, fmt.Errorf("reading a password hash: %w", err)
	}
	return u, hash, nil, nil
}

// signedIn writes a new native token, and tells the user's other sessions.
func (w *Work) signedIn(ctx context.Context, user store.UserID, hash store.TokenHash) error {
	c := w.call
	if err := w.makeRoomForToken(ctx, user); err != nil {
		return err
	}
	if err := w.CreateToken(ctx, &store.AccessToken{
		ID: c.NewID(), UserID: user, Hash: hash, Native: true, CreatedAt: c.Now,
	}); err != nil {
		return fmt.Errorf("creating a token: %w", err)
	}
	if err := w.Notify(ctx, store.Notification{UserID: user, Type: store.NotifyLogin}, nil); err != nil {
		return err
	}
	return w.EmitMain(ctx, user, store.MainSignin, signinEvent{
		ID: c.NewID(), CreatedAt: protocol.FormatTime(c.Now), IP: c.Address.String(), Headers: harmless(c.Header), Success: true,
	})
}

func (w *Work) makeRoomForToken(ctx context.Context, user store.UserID) error {
	all, err := w.Tokens(ctx, user)
	if err != nil {
		return fmt.Errorf("listing tokens: %w", err)
	}
	var native []string
	for _, t := range all {
		if t.Native {
			native = append(native, t.ID)
		}
	}
	if len(native) < maxNativeTokens {
		return nil
	}
	gone, err := w.DeleteTokens(ctx, user, native[:len(native)-maxNativeTokens+1]...)
	if err != nil {
		return fmt.Errorf("removing the oldest tokens: %w", err)
	}
	return w.EmitInternal(ctx, store.InternalTokenRevoked, store.Revocation{UserID: user, TokenIDs: gone})
}

// signinEvent tells a user of a sign-in: from where, and by what program.
type signinEvent struct {
	ID        string            `json:"id"`
	CreatedAt string            `json:"createdAt"`
	IP        string            `json:"ip"`
	Headers   map[string]string `json:"headers"`
	Success   bool              `json:"success"`
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
