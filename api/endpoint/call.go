package endpoint

import (
	"net/netip"

	"notewire/api/action"
	"notewire/store"
)

// Caller is who calls, as far as it was found out before the call: the account
// and its token, and where the request came from.
type Caller struct {
	Identity *store.Identity // nil: anonymous
	Address  netip.Addr      // the client's, behind trusted proxies
}

// Call is one call of an endpoint: who calls, and what only endpoints know. It
// belongs to the goroutine that runs it.
type Call struct {
	*action.Actor
	File *Upload // of endpoints that take a file; nil otherwise

	pipeline *Pipeline
}

// Server is what clients are told about this server.
func (c *Call) Server() *ServerInfo { return &c.pipeline.config.Server }

// Registry has all endpoints.
func (c *Call) Registry() *Registry { return c.pipeline.config.Registry }

// ServerInfo is what clients are told about this server.
type ServerInfo struct {
	Name             string // as it calls itself to people
	Version          string // of Misskey, which clients look at
	OpenRegistration bool   // anybody may sign up
	MaxFileSize      int64  // of an upload, in bytes
}

// Upload is a file that came with a call. It lies in the server's file
// directory under a temporary name and is removed after the call, unless the
// endpoint moved it away.
type Upload struct {
	Name string // as the client called it; may be empty
	Path string // where it lies
	Size int64  // bytes
	MD5  string // hex
}
