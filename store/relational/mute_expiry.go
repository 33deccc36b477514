package relational

import (
	"context"
	"time"
)

// NextMuteExpiry is when the first of all mutes expires, in the past too;
// zero: none ever does.
func (q Queries) NextMuteExpiry(ctx context.Context) (time.Time, error) {
	return queryOne(ctx, q.q, "reading the next expiry of a mute", func(r Row) (t time.Time, err error) {
		err = r.Scan(asTime{&t})
		return t, err
	}, "SELECT coalesce(min(expires_at), 0) FROM muting WHERE expires_at > 0")
}
