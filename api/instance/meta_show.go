package instance

import (
	"context"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

type metaShowParams struct {
	Detail bool `json:"detail"`
}

// metaShow describes the server.
func metaShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name:   "meta",
		Params: schema.Object(schema.Prop("detail", schema.Boolean().Default(true))),
	}, func(_ context.Context, c *endpoint.Call, p metaShowParams) (any, error) {
		server := c.Server()
		m := c.Packer().PackMeta(protocol.ServerInfo{
			Version: server.Version, Name: server.Name, Registration: server.OpenRegistration,
			MaxNoteText: action.MaxNoteTextLength, MaxFileSize: server.MaxFileSize, Policies: protocol.DefaultPolicies(),
		})
		if !p.Detail {
			return m.MetaLite, nil
		}
		return m, nil
	})
}
