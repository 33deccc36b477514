package relational

import (
	"context"

	"notewire/store"
)

const emojiColumns = "id, name, host, category, aliases, url, license, is_sensitive, local_only, updated_at"

func scanEmoji(r Row) (*store.Emoji, error) {
	e := new(store.Emoji)
	return e, r.Scan(&e.ID, &e.Name, &e.Host, &e.Category, asJSON(&e.Aliases), &e.URL, &e.License, &e.IsSensitive, &e.LocalOnly, asTime{&e.UpdatedAt})
}

// Emojis are the custom emojis of a host (empty: this server's own), by
// category and name.
func (q Queries) Emojis(ctx context.Context, host string) ([]*store.Emoji, error) {
	return queryAll(ctx, q.q, "reading emojis", scanEmoji,
		"SELECT "+emojiColumns+" FROM emoji WHERE host = $1 ORDER BY category, name", host)
}

// Emoji is the custom emoji with the id.
func (q Queries) Emoji(ctx context.Context, id string) (*store.Emoji, error) {
	return queryOne(ctx, q.q, "reading an emoji", scanEmoji, "SELECT "+emojiColumns+" FROM emoji WHERE id = $1", id)
}

// EmojiByName is the custom emoji of that name on the host (empty: this
// server).
func (q Queries) EmojiByName(ctx context.Context, name, host string) (*store.Emoji, error) {
	return queryOne(ctx, q.q, "reading an emoji by name", scanEmoji,
		"SELECT "+emojiColumns+" FROM emoji WHERE name = $1 AND host = $2", name, host)
}

// EmojisByNames are those of this server's own custom emojis with the names
// that exist.
func (q Queries) EmojisByNames(ctx context.Context, names []string) ([]*store.Emoji, error) {
	if len(names) == 0 {
		return nil, nil
	}
	return queryAll(ctx, q.q, "reading emojis by name", scanEmoji,
		"SELECT "+emojiColumns+" FROM emoji WHERE host = '' AND "+q.d.In("name", 1)+" ORDER BY name", q.array(names))
}

// remoteEmojiURLs are the addresses of all other servers' emojis with the
// names, by "name@host".
func (q Queries) remoteEmojiURLs(ctx context.Context, names []string) (map[string]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	found, err := queryAll(ctx, q.q, "reading remote emojis", scanEmoji,
		"SELECT "+emojiColumns+" FROM emoji WHERE host <> '' AND "+q.d.In("name", 1), q.array(names))
	if err != nil {
		return nil, err
	}
	urls := make(map[string]string, len(found))
	for _, e := range found {
		urls[e.Name+"@"+e.Host] = e.URL
	}
	return urls, nil
}

// CreateEmoji writes a new custom emoji.
func (tx *Tx) CreateEmoji(ctx context.Context, e *store.Emoji) error {
	return insertNew(ctx, tx.q, "creating an emoji", "emoji",
		"INSERT INTO emoji ("+emojiColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		e.ID, e.Name, e.Host, e.Category, jsonList(e.Aliases), e.URL, e.License, e.IsSensitive, e.LocalOnly, millis(e.UpdatedAt))
}
