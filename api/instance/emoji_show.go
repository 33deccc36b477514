package instance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// errNoSuchEmoji is kinder than Misskey, which fails with 500.
var errNoSuchEmoji = endpoint.ClientError("No such emoji.", "NO_SUCH_EMOJI", "e2785b66-dca3-4087-9cac-b93c541cc425")

type emojiShowParams struct {
	Name string `json:"name"`
}

// emojiShow answers one of this server's custom emojis.
func emojiShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "emoji", GET: true, Cache: time.Hour,
		Params: schema.Object(schema.Prop("name", schema.String())).Require("name"),
		Errors: []*endpoint.Error{errNoSuchEmoji},
	}, func(ctx context.Context, c *endpoint.Call, p emojiShowParams) (protocol.EmojiDetailed, error) {
		e, err := c.Store().EmojiByName(ctx, p.Name, "")
		if errors.Is(err, store.ErrNotFound) {
			return protocol.EmojiDetailed{}, errNoSuchEmoji
		}
		if err != nil {
			return protocol.EmojiDetailed{}, fmt.Errorf("looking up an emoji: %w", err)
		}
		return c.Packer().PackEmoji(e), nil
	})
}
