package api

import "context"

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
func endpointShow() endpoint {
	return define(meta{
		name:   "endpoint",
		params: object(field("endpoint", str())).require("endpoint"),
	}, func(_ context.Context, c *Call, p endpointShowParams) (*endpointDescription, error) {
		e, ok := c.server.registry.byName[p.Endpoint]
		if !ok {
			return nil, nil
		}
		d := endpointDescription{Params: []endpointParam{}}
		for _, f := range e.params.fields {
			d.Params = append(d.Params, endpointParam{f.name, f.schema.describe()})
		}
		return &d, nil
	})
}
