package instance

import (
	"context"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

type endpointShowParams struct {
	Endpoint string `json:"endpoint"`
}

type endpointParam struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type endpointDescription struct {
	Params []endpointParam `json:"params"`
}

// endpointShow answers the params of one endpoint; nothing for an unknown one.
func endpointShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name:   "endpoint",
		Params: schema.Object(schema.Prop("endpoint", schema.String())).Require("endpoint"),
	}, func(_ context.Context, c *endpoint.Call, p endpointShowParams) (*endpointDescription, error) {
		e, ok := c.Registry().Find(p.Endpoint)
		if !ok {
			return nil, nil
		}
		d := endpointDescription{Params: []endpointParam{}}
		for _, f := range e.Params.Properties() {
			d.Params = append(d.Params, endpointParam{f.Name, f.Schema.TypeName()})
		}
		return &d, nil
	})
}
