package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"notewire/api/action"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// Config is what a Pipeline is made of. Every field but Limiter is required.
type Config struct {
	Registry *Registry
	Actions  *action.Service
	Server   ServerInfo
	// Limiter counts calls; nil: there are no limits.
	Limiter *Limiter
	// Timeout bounds the work behind one call that came through a stream. Over
	// HTTP the context of Run does.
	Timeout time.Duration
	// Logger is told of failures that clients are not told of.
	Logger *slog.Logger
}

// Pipeline calls endpoints. It is safe for concurrent use.
type Pipeline struct{ config Config }

// NewPipeline makes a Pipeline.
func NewPipeline(c Config) *Pipeline { return &Pipeline{c} }

// Registry has all endpoints.
func (p *Pipeline) Registry() *Registry { return p.config.Registry }

// Invoke calls an endpoint for somebody whose token was checked already. It is
// how calls through the stream get the same answers as calls over HTTP. data is
// the params, a JSON object; nil or null counts as an empty one. The answer is
// null where HTTP would have no body. The error is what HTTP would print under
// "error". Endpoints that take a file cannot be called this way.
func (p *Pipeline) Invoke(ctx context.Context, caller Caller, name string, data json.RawMessage) (json.RawMessage, *protocol.Error) {
	e, ok := p.config.Registry.Find(name)
	if !ok || e.File {
		return nil, &ErrUnknownEndpoint.Wire
	}
	if len(data) == 0 || string(data) == "null" {
		data = json.RawMessage("{}")
	}
	params, err := schema.Decode(data)
	if err != nil {
		return nil, &InvalidParam("#/type", "must be object").Wire
	}
	ctx = WithSecrets(ctx, func() []string { return SecretsOf(params) })
	ctx, cancel := context.WithTimeout(ctx, p.config.Timeout)
	defer cancel()
	body, failed := p.Run(ctx, caller, nil, e, params)
	if failed != nil {
		return nil, &failed.Wire
	}
	if body == nil {
		return json.RawMessage("null"), nil
	}
	return json.RawMessage(body), nil
}

// Run calls an endpoint with params as schema.Decode answers them, and a file
// where the endpoint takes one. Who may not call, learns so before anything is
// said about the params.
func (p *Pipeline) Run(ctx context.Context, caller Caller, file *Upload, e Endpoint, params any) (body Answer, failed *Error) {
	defer func() {
		if r := recover(); r != nil {
			body, failed = nil, p.Fail(ctx, e.Meta, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	c := &Call{Actor: p.config.Actions.Actor(caller.Identity, caller.Address), File: file, pipeline: p}
	if err := p.admit(caller, c, e); err != nil {
		return nil, err
	}
	if bad := e.Params.Check(params); bad != nil {
		return nil, InvalidParam(bad.Param, bad.Reason)
	}
	settled, err := protocol.Marshal(e.Params.Settle(params))
	if err != nil {
		return nil, p.Fail(ctx, e.Meta, fmt.Errorf("writing the checked params: %w", err))
	}
	body, err = e.run(ctx, c, settled)
	if err != nil {
		return nil, p.Fail(ctx, e.Meta, err)
	}
	return body, nil
}

// admit decides whether the caller may call the endpoint at all.
func (p *Pipeline) admit(caller Caller, c *Call, e Endpoint) *Error {
	if e.Secure && !c.Native() {
		return ErrAccessDenied
	}
	if e.Limit != nil && p.config.Limiter != nil {
		if info, over := p.config.Limiter.Take(caller.CountedAs(), *e.Limit, c.Now); over {
			return ErrRateLimitExceeded.With(info)
		}
	}
	return mayCall(c, e.Meta)
}

// mayCall decides whether the endpoint is for who is calling.
func mayCall(c *Call, m Meta) *Error {
	v := c.Viewer()
	if m.Credential {
		if v == nil {
			return ErrCredentialRequired
		}
		if v.IsSuspended {
			return ErrSuspended
		}
	}
	if m.Moderator && !v.IsModerator && !v.IsAdmin {
		return ErrNotModerator
	}
	if m.Admin && !v.IsAdmin {
		return ErrNotAdministrator
	}
	if c.Identity != nil && !c.Identity.Token.Allows(m.Permission) {
		return ErrPermissionDenied
	}
	return nil
}

// Fail turns any error of an endpoint, or of what is called like one, into an
// answer: an *Error is one already, and m.Errors says which of them stand for
// errors of package action. What is not meant for the client goes to the log,
// under an id that the client gets.
func (p *Pipeline) Fail(ctx context.Context, m Meta, err error) *Error {
	var answer *Error
	if errors.As(err, &answer) {
		return answer
	}
	for _, e := range m.Errors {
		if e.standsFor(err) {
			return e
		}
	}
	if errors.Is(err, store.ErrBadText) {
		return InvalidParam("#", "must not hold the character NUL")
	}
	id := uuid.NewString()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		p.config.Logger.Debug("the client went away during a call", "endpoint", m.Name, "id", id)
	} else {
		p.config.Logger.Error("an endpoint failed", "endpoint", m.Name, "id", id, "err", Masked(ctx, err))
	}
	return InternalError(id)
}
