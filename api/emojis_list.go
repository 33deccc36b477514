package api

import (
	"context"
	"fmt"
	"time"

	"notewire/protocol"
)

type emojisAnswer struct {
	Emojis []protocol.EmojiSimple `json:"emojis"`
}

// emojisList answers this server's custom emojis.
func emojisList() endpoint {
	return define(meta{name: "emojis", get: true, cache: time.Hour},
		func(ctx context.Context, c *Call, _ noParams) (emojisAnswer, error) {
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
