package api

import "context"

// endpointsList answers the names of all endpoints; clients find out from it
// what a server can do.
func endpointsList() endpoint {
	return define(meta{name: "endpoints"}, func(_ context.Context, c *Call, _ noParams) ([]string, error) {
		return c.server.registry.names, nil
	})
}
