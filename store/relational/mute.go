package relational

import (
	"context"
	"fmt"
	"time"

	"notewire/store"
)

const muteColumns = "id, created_at, muter_id, mutee_id, expires_at"

func scanMute(r Row) (*store.Mute, error) {
	m := new(store.Mute)
	return m, r.Scan(&m.ID, asTime{&m.CreatedAt}, &m.MuterID, &m.MuteeID, asTime{&m.ExpiresAt})
}

// Mute is one user's mute of another, expired or not.
func (q Queries) Mute(ctx context.Context, muter, mutee store.UserID) (*store.Mute, error) {
	return queryOne(ctx, q.q, "reading a mute", scanMute,
		"SELECT "+muteColumns+" FROM muting WHERE muter_id = $1 AND mutee_id = $2", muter, mutee)
}

// Mutes is whom a user mutes, expired mutes included until TakeExpiredMutes
// has seen them.
func (q Queries) Mutes(ctx context.Context, muter store.UserID, p store.Page) ([]*store.Mute, error) {
	return queryPage(ctx, q.q, "listing mutes", scanMute, p, "id",
		"SELECT "+muteColumns+" FROM muting WHERE muter_id = $1", muter)
}

// CreateMute writes a mute. One that has expired by m.CreatedAt makes way.
func (tx *Tx) CreateMute(ctx context.Context, m *store.Mute) error {
	if _, err := tx.q.Exec(ctx, "DELETE FROM muting WHERE muter_id = $1 AND mutee_id = $2 AND expires_at > 0 AND expires_at <= $3",
		m.MuterID, m.MuteeID, millis(m.CreatedAt)); err != nil {
		return fmt.Errorf("replacing an expired mute: %w", err)
	}
	return insertNew(ctx, tx.q, "creating a mute", "muting",
		"INSERT INTO muting ("+muteColumns+") VALUES ($1, $2, $3, $4, $5)",
		m.ID, millis(m.CreatedAt), m.MuterID, m.MuteeID, millis(m.ExpiresAt))
}

// DeleteMute ends a mute and answers what it was.
func (tx *Tx) DeleteMute(ctx context.Context, muter, mutee store.UserID) (*store.Mute, error) {
	return queryOne(ctx, tx.q, "deleting a mute", scanMute,
		"DELETE FROM muting WHERE muter_id = $1 AND mutee_id = $2 RETURNING "+muteColumns, muter, mutee)
}

// TakeExpiredMutes removes mutes that have expired by now and answers them.
// Each is answered once, whichever node asks.
func (tx *Tx) TakeExpiredMutes(ctx context.Context, now time.Time, limit int) ([]*store.Mute, error) {
	return queryAll(ctx, tx.q, "removing expired mutes", scanMute,
		`DELETE FROM muting WHERE id IN (
			SELECT id FROM muting WHERE expires_at > 0 AND expires_at <= $1 ORDER BY expires_at LIMIT $2
		) AND expires_at > 0 AND expires_at <= $1 RETURNING `+muteColumns, millis(now), limit)
}

const renoteMuteColumns = "id, created_at, muter_id, mutee_id"

func scanRenoteMute(r Row) (*store.RenoteMute, error) {
	m := new(store.RenoteMute)
	return m, r.Scan(&m.ID, asTime{&m.CreatedAt}, &m.MuterID, &m.MuteeID)
}

// RenoteMutes is whose renotes a user mutes.
func (q Queries) RenoteMutes(ctx context.Context, muter store.UserID, p store.Page) ([]*store.RenoteMute, error) {
	return queryPage(ctx, q.q, "listing renote mutes", scanRenoteMute, p, "id",
		"SELECT "+renoteMuteColumns+" FROM renote_muting WHERE muter_id = $1", muter)
}

// CreateRenoteMute writes a renote mute.
func (tx *Tx) CreateRenoteMute(ctx context.Context, m *store.RenoteMute) error {
	return insertNew(ctx, tx.q, "creating a renote mute", "renote_muting",
		"INSERT INTO renote_muting ("+renoteMuteColumns+") VALUES ($1, $2, $3, $4)",
		m.ID, millis(m.CreatedAt), m.MuterID, m.MuteeID)
}

// DeleteRenoteMute ends a renote mute and answers what it was.
func (tx *Tx) DeleteRenoteMute(ctx context.Context, muter, mutee store.UserID) (*store.RenoteMute, error) {
	return queryOne(ctx, tx.q, "deleting a renote mute", scanRenoteMute,
		"DELETE FROM renote_muting WHERE muter_id = $1 AND mutee_id = $2 RETURNING "+renoteMuteColumns, muter, mutee)
}
