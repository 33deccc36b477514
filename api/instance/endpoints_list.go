package instance

import (
	"context"
	"notewire/api/endpoint"
)

// endpointsList answers the names of all endpoints; clients find out from it
// what a server can do.
func endpointsList() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "endpoints"}, func(_ context.Context, c *endpoint.Call, _ endpoint.NoParams) ([]string, error) {
		return c.Registry().Names(), nil
	})
}
