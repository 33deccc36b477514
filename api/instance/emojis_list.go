package instance

import (
	"context"
	"fmt"
	"time"

	"notewire/api/endpoint"
	"notewire/protocol"
)

type emojisAnswer struct {
	Emojis []protocol.EmojiSimple `json:"emojis"`
}

// emojisList answers this server's custom emojis.
func emojisList() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "emojis", GET: true, Cache: time.Hour},
		func(ctx context.Context, c *endpoint.Call, _ endpoint.NoParams) (emojisAnswer, error) {
			found, err := c.Store().Emojis(ctx, "")
			if err != nil {
				return emojisAnswer{}, fmt.Errorf("listing emojis: %w", err)
			}
			out := emojisAnswer{Emojis: make([]protocol.EmojiSimple, len(found))}
			for i, e := range found {
				out.Emojis[i] = c.Packer().PackEmojiSimple(e)
			}
			return out, nil
		})
}
