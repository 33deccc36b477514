package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"notewire/protocol"
	"notewire/store"
)

// localUsername is what a local account may be called.
var localUsername = regexp.MustCompile(`^\w{1,20}$`)

// remoteHost is the host of a remote user: names, perhaps a port.
var remoteHost = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// The ways in which a sign-up fails, as Misskey words them.
var (
	errInvalidUsername    = errors.New("INVALID_USERNAME")
	errInvalidPassword    = errors.New("INVALID_PASSWORD")
	errInvalidHost        = errors.New("INVALID_HOST")
	errDuplicatedUsername = errors.New("DUPLICATED_USERNAME")
)

// signup makes an account, where registration is open or the account is the
// first, and answers it with its first token.
func (s *Server) signup(ctx context.Context, w http.ResponseWriter, r *request) {
	which := anyAccount
	if !s.config.OpenRegistration {
		// Asked before a password is hashed for nothing; of several who are the
		// first at once, createAccount makes one.
		taken, err := s.config.Store.HasAdmin(ctx)
		if err != nil {
			s.writeError(w, s.fail(ctx, "signup", err))
			return
		}
		if taken {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		which = onlyTheFirst
	}
	members, _ := r.params.(map[string]any)
	username, _ := members["username"].(string)
	password, _ := members["password"].(string)
	host := ""
	if s.config.AllowHost {
		host, _ = members["host"].(string)
	}
	me, err := s.createAccount(ctx, s.callFor(r), username, password, strings.ToLower(host), which)
	switch {
	case errors.Is(err, errNotTheFirst):
		w.WriteHeader(http.StatusBadRequest)
	case err == nil:
		s.writeResult(ctx, w, "signup", me)
	case errors.Is(err, errInvalidUsername), errors.Is(err, errInvalidPassword), errors.Is(err, errInvalidHost), errors.Is(err, errDuplicatedUsername):
		writeFastify(w, http.StatusBadRequest, "", "Error: "+err.Error())
	default:
		s.writeError(w, s.fail(ctx, "signup", err))
	}
}

// errNotTheFirst says that there are accounts already.
var errNotTheFirst = errors.New("not the first account")

// whichAccount says which accounts createAccount may make.
type whichAccount bool

const (
	anyAccount   whichAccount = false
	onlyTheFirst whichAccount = true // errNotTheFirst otherwise
)

// createAccount makes a user, remote if host is not empty, and their first
// native token.
func (s *Server) createAccount(ctx context.Context, c *Call, username, password, host string, which whichAccount) (*protocol.MeDetailed, error) {
	switch {
	case !localUsername.MatchString(username):
		return nil, errInvalidUsername
	case password == "":
		return nil, errInvalidPassword
	case host == s.config.host():
		host = ""
	case host != "" && !remoteHost.MatchString(host):
		return nil, errInvalidHost
	}
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	token := store.NewNativeToken()
	var me protocol.MeDetailed
	err = c.Transact(ctx, func(ctx context.Context, w *Work) error {
		u := &store.User{
			ID: store.UserID(c.NewID()), Username: username, Host: host, CreatedAt: c.Now,
			Settings: store.DefaultUserSettings(),
		}
		if err := w.CreateUser(ctx, u, hash); err != nil {
			if errors.Is(err, store.ErrConflict) {
				return errDuplicatedUsername
			}
			return fmt.Errorf("creating an account: %w", err)
		}
		if which == onlyTheFirst && !u.IsAdmin {
			return errNotTheFirst // the store tells who is first by making them administrator
		}
		if err := w.CreateToken(ctx, &store.AccessToken{
			ID: c.NewID(), UserID: u.ID, Hash: store.HashToken(token), Native: true, CreatedAt: c.Now,
		}); err != nil {
			return fmt.Errorf("creating the account's token: %w", err)
		}
		var err error
		me, err = packMe(ctx, w, c.Packer(), u, true)
		return err
	})
	if err != nil {
		return nil, err
	}
	me.Token = token
	return &me, nil
}
