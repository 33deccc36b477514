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
	body, failed := p.Run(ctx, caller, e, params)
	if failed != nil {
		return nil, &failed.Wire
	}
	if body == nil {
		return json.RawMessage("null"), nil
	}
	return json.RawMessage(body), nil
}

// Run calls an endpoint with params as schema.Decode answers them. Who may not
// call, learns so before anything is said about the params.
func (p *Pipeline) Run(ctx context.Context, caller Caller, e Endpoint, params any) (Answer, *Error) {
	c := p.call(caller, nil)
	if refused := p.admit(caller, c, e); refused != nil {
		return nil, refused
	}
	return p.run(ctx, c, e, params)
}

// Admit decides whether the caller may call the endpoint at all, and counts the
// call for its rate limit. Every call is admitted once: by Run, or, where there is
// something to know before a file is taken, by who takes it.
func (p *Pipeline) Admit(caller Caller, e Endpoint) *Error {
	return p.admit(caller, p.call(caller, nil), e)
}

func (p *Pipeline) call(caller Caller, file *Upload) *Call {
	return &Call{Actor: p.config.Actions.Actor(caller.Identity, caller.Address), File: file, pipeline: p}
}

// RunAdmitted is Run for a caller who was admitted, with a file where the endpoint
// takes one.
func (p *Pipeline) RunAdmitted(ctx context.Context, caller Caller, file *Upload, e Endpoint, params any) (Answer, *Error) {
	return p.run(ctx, p.call(caller, file), e, params)
}

func (p *Pipeline) run(ctx context.Context, c *Call, e Endpoint, params any) (body Answer, failed *Error) {
	defer func() {
		if r := recover(); r != nil {
			body, failed = nil, p.Fail(ctx, e.Meta, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
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
