package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"notewire/api/storage"
	"notewire/store"
)

// Caller is who calls, as far as it was found out before the call: the account
// and its token, and where the request came from.
type Caller struct {
	Identity *store.Identity // nil: anonymous
	Address  netip.Addr      // the client's, behind trusted proxies; see Proxies
	Header   http.Header     // of the request or the handshake; nil: none. Only the sign-in history looks at it
}

// Call is one call of an endpoint. It belongs to the goroutine that runs it.
type Call struct {
	Caller
	File *Upload // of endpoints that take a file; nil otherwise
	Now  time.Time

	server  *Server
	idsMade int
}

// Viewer is who is signed in; nil: nobody.
func (c *Call) Viewer() *store.User {
	if c.Identity == nil {
		return nil
	}
	return c.Identity.User
}

// ViewerID is the id of who is signed in; empty: nobody.
func (c *Call) ViewerID() store.UserID {
	if v := c.Viewer(); v != nil {
		return v.ID
	}
	return ""
}

// Native says whether the caller uses a native token, which may do everything.
func (c *Call) Native() bool { return c.Identity != nil && c.Identity.Token.Native }

// Store reads outside of any transaction.
func (c *Call) Store() storage.Store { return c.server.config.Store }

// Config is the server's configuration, read-only.
func (c *Call) Config() *Config { return &c.server.config }

// NewID makes an id for something that is created now. Another process may have
// made the same one: an id is made inside of Transact, which makes another one
// then, or inside of withFreshIDs.
func (c *Call) NewID() string {
	c.idsMade++
	return c.server.config.IDs.New(c.Now)
}

// withFreshIDs runs do, and again at a later instant while it answers that an
// id that it made is taken. An id that was made before is its maker's matter.
func (c *Call) withFreshIDs(ctx context.Context, do func(context.Context) error) error {
	var madeBefore error
	err := store.WithFreshIDs(ctx, func(ctx context.Context) error {
		made := c.idsMade
		err := do(ctx)
		switch {
		case !errors.Is(err, store.ErrIDTaken):
			return err
		case c.idsMade == made:
			madeBefore = err
			return nil
		}
		c.Now = c.server.config.Now()
		return err
	})
	if madeBefore != nil {
		return madeBefore
	}
	return err
}

// Log is the server's logger.
func (c *Call) Log() *slog.Logger { return c.server.log }

// Upload is a file that came with a call. It lies in the server's file
// directory under a temporary name and is removed after the call, unless the
// endpoint moved it away.
type Upload struct {
	Name string // as the client called it; may be empty
	Path string // where it lies
	Size int64  // bytes
	MD5  string // hex
}
