package instance

import (
	"context"
	"notewire/api/endpoint"
)

type pingAnswer struct {
	Pong int64 `json:"pong"` // milliseconds since the epoch
}

// ping answers the server's time.
func ping() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "ping"}, func(_ context.Context, c *endpoint.Call, _ endpoint.NoParams) (pingAnswer, error) {
		return pingAnswer{c.Now.UnixMilli()}, nil
	})
}
