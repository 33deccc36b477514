package api

import (
	"context"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

type metaShowParams struct {
	Detail bool `json:"detail"`
}

// metaShow describes the server.
func metaShow() endpoint {
	return define(meta{
		name:   "meta",
		params: schema.Object(schema.Prop("detail", schema.Boolean().Default(true))),
	}, func(_ context.Context, c *Call, p metaShowParams) (any, error) {
		config := c.Config()
		m := c.Packer().PackMeta(protocol.ServerInfo{
			Version: misskeyVersion, Name: config.Name, Registration: config.OpenRegistration,
			MaxNoteText: maxNoteTextLength, MaxFileSize: config.MaxFileSize, Policies: protocol.DefaultPolicies(),
		})
		if !p.Detail {
			return m.MetaLite, nil
		}
		return m, nil
	})
}
