package api

import "context"

type pingAnswer struct {
	Pong int64 `json:"pong"` // milliseconds since the epoch
}

// ping answers the server's time.
func ping() endpoint {
	return define(meta{name: "ping"}, func(_ context.Context, c *Call, _ noParams) (pingAnswer, error) {
		return pingAnswer{c.Now.UnixMilli()}, nil
	})
}
