package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"

	"github.com/google/uuid"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// Invoke calls an endpoint for somebody whose token was checked already. It is
// how calls through the stream get the same answers as calls over HTTP. data is
// the params, a JSON object; nil or null counts as an empty one. The answer is
// null where HTTP would have no body. The error is what HTTP would print under
// "error". Endpoints that take a file cannot be called this way.
func (s *Server) Invoke(ctx context.Context, caller Caller, name string, data json.RawMessage) (json.RawMessage, *protocol.Error) {
	e, ok := s.registry.byName[name]
	if !ok || e.file {
		return nil, &errUnknownEndpoint.wire
	}
	if len(data) == 0 || string(data) == "null" {
		data = json.RawMessage("{}")
	}
	params, err := schema.Decode(data)
	if err != nil {
		return nil, &invalidParam("#/type", "must be object").wire
	}
	ctx = withRequest(ctx, &request{Request: &http.Request{Header: caller.Header, URL: new(url.URL)}, params: params})
	ctx, cancel := context.WithTimeout(ctx, s.config.RequestTimeout)
	defer cancel()
	body, failed := s.invoke(ctx, &Call{Caller: caller, Now: s.config.Now(), server: s}, e, params)
	if failed != nil {
		return nil, &failed.wire
	}
	if body == nil {
		return json.RawMessage("null"), nil
	}
	return json.RawMessage(body), nil
}

// invoke is the pipeline behind every call. Who may not call, learns so before
// anything is said about the params.
func (s *Server) invoke(ctx context.Context, c *Call, e endpoint, params any) (body answer, failed *Error) {
	defer func() {
		if r := recover(); r != nil {
			body, failed = nil, s.fail(ctx, e.name, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	if err := s.admit(c, e); err != nil {
		return nil, err
	}
	if bad := e.params.Check(params); bad != nil {
		return nil, invalidParam(bad.Param, bad.Reason)
	}
	settled, err := protocol.Marshal(e.params.Settle(params))
	if err != nil {
		return nil, s.fail(ctx, e.name, fmt.Errorf("writing the checked params: %w", err))
	}
	body, err = e.run(ctx, c, settled)
	if err != nil {
		return nil, s.fail(ctx, e.name, err)
	}
	return body, nil
}

// admit decides whether the caller may call the endpoint at all.
func (s *Server) admit(c *Call, e endpoint) *Error {
	if e.secure && !c.Native() {
		return errAccessDenied
	}
	if e.limit != nil && s.limiter != nil {
		if info, over := s.limiter.take(actor(c.Caller), *e.limit, c.Now); over {
			return errRateLimitExceeded.with(info)
		}
	}
	v := c.Viewer()
	if e.credential {
		if v == nil {
			return errCredentialRequired
		}
		if v.IsSuspended {
			return errSuspended
		}
	}
	if e.moderator && !v.IsModerator && !v.IsAdmin {
		return errNotModerator
	}
	if e.admin && !v.IsAdmin {
		return errNotAdministrator
	}
	if c.Identity != nil && !c.Identity.Token.Allows(e.permission) {
		return errPermissionDenied
	}
	return nil
}

// fail turns any error into an answer. What is not meant for the client goes
// to the log, under an id that the client gets.
func (s *Server) fail(ctx context.Context, name string, err error) *Error {
	var answer *Error
	if errors.As(err, &answer) {
		return answer
	}
	if errors.Is(err, store.ErrBadText) {
		return invalidParam("#", "must not hold the character NUL")
	}
	id := uuid.NewString()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		s.log.Debug("the client went away during a call", "endpoint", name, "id", id)
	} else {
		s.log.Error("an endpoint failed", "endpoint", name, "id", id, "err", masked(ctx, err))
	}
	return internalError(id)
}
