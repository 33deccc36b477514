package relational

import (
	"context"
	"fmt"
	"time"

	"notewire/store"
)

// tokenColumns are what tokenDests reads, of a table called t.
//
//nolint:gosec // names of columns, no credentials
const tokenColumns = `t.id, t.user_id, t.hash, t.native, t.name, t.description, t.icon_url, t.session,
	t.permissions, t.created_at, t.last_used_at`

func tokenDests(t *store.AccessToken, hash *[]byte) []any {
	return []any{&t.ID, &t.UserID, hash, &t.Native, &t.Name, &t.Description, &t.IconURL, &t.Session,
		asJSON(&t.Permissions), asTime{&t.CreatedAt}, asTime{&t.LastUsedAt}}
}

func scanToken(r Row) (*store.AccessToken, error) {
	var (
		t    store.AccessToken
		hash []byte
	)
	if err := r.Scan(tokenDests(&t, &hash)...); err != nil {
		return nil, err
	}
	copy(t.Hash[:], hash)
	return &t, nil
}

// IdentityByTokenHash is the token with the hash and its user, in one query.
func (q Queries) IdentityByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Identity, error) {
	return queryOne(ctx, q.q, "reading an identity", func(r Row) (*store.Identity, error) {
		id := &store.Identity{User: new(store.User), Token: new(store.AccessToken)}
		var h []byte
		if err := r.Scan(append(tokenDests(id.Token, &h), userDests(id.User)...)...); err != nil {
			return nil, err
		}
		copy(id.Token.Hash[:], h)
		return id, nil
	}, "SELECT "+tokenColumns+", "+userColumns+" FROM access_token t JOIN users u ON u.id = t.user_id WHERE t.hash = $1", hash[:])
}

// accessColumns are what accessRow reads, of accessTables. Tokens of a
// deleted account open nothing.
const (
	accessColumns = "t.user_id, t.id, t.native, t.permissions, u.is_suspended"
	accessTables  = "access_token t JOIN users u ON u.id = t.user_id AND NOT u.is_deleted"
)

// accessRow is a row of accessColumns as it comes.
type accessRow struct {
	store.Access
	permissions string
}

func (w *accessRow) dests() []any {
	return []any{&w.UserID, &w.TokenID, &w.Native, &w.permissions, &w.Suspended}
}

// access reads the row's JSON.
func (w *accessRow) access() (*store.Access, error) {
	return &w.Access, asJSON(&w.Permissions).Scan(w.permissions)
}

// AccessByTokenHash is what the token with the hash opens: all that a
// connection needs of an identity. An unknown hash, and one of a deleted
// account, are store.ErrNotFound.
func (q Queries) AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error) {
	return queryOne(ctx, q.q, "reading an access", func(r Row) (*store.Access, error) {
		w := new(accessRow)
		if err := r.Scan(w.dests()...); err != nil {
			return nil, err
		}
		return w.access()
	}, "SELECT "+accessColumns+" FROM "+accessTables+" WHERE t.hash = $1", hash[:])
}

// AccessesByTokenHash is AccessByTokenHash of several hashes in one statement.
// It calls found for each hash that has an access, with the access or with the
// error that concerns it alone.
func (q Queries) AccessesByTokenHash(ctx context.Context, hashes []store.TokenHash, found func(store.TokenHash, *store.Access, error)) error {
	type row struct {
		accessRow
		hash []byte
	}
	rows, err := queryAll(ctx, q.q, "reading accesses", func(r Row) (*row, error) {
		w := new(row)
		return w, r.Scan(append(w.dests(), &w.hash)...)
	}, "SELECT "+accessColumns+", t.hash FROM "+accessTables+" WHERE "+q.d.InBytes("t.hash", 1), q.byteArray(hashes))
	if err != nil {
		return err
	}
	for _, w := range rows {
		a, err := w.access()
		found(store.TokenHash(w.hash), a, err)
	}
	return nil
}

// Tokens are all access tokens of a user, the oldest first.
func (q Queries) Tokens(ctx context.Context, user store.UserID) ([]*store.AccessToken, error) {
	return queryAll(ctx, q.q, "reading tokens", scanToken,
		"SELECT "+tokenColumns+" FROM access_token t WHERE t.user_id = $1 ORDER BY t.id", user)
}

// TokenBySession is the token that a miauth session made.
func (q Queries) TokenBySession(ctx context.Context, session string) (*store.AccessToken, error) {
	return queryOne(ctx, q.q, "reading a token by session", scanToken,
		"SELECT "+tokenColumns+" FROM access_token t WHERE t.session = $1 AND t.session <> ''", session)
}

// CreateToken writes a new access token.
func (tx *Tx) CreateToken(ctx context.Context, t *store.AccessToken) error {
	return insertNew(ctx, tx.q, "creating a token", "access_token", `INSERT INTO access_token
			(id, user_id, hash, native, name, description, icon_url, session, permissions, created_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		t.ID, t.UserID, t.Hash[:], t.Native, t.Name, t.Description, t.IconURL, t.Session,
		jsonList(t.Permissions), millis(t.CreatedAt), millis(t.LastUsedAt))
}

// DeleteTokens revokes those of the tokens that are the user's, and answers
// the ids of what it revoked.
func (tx *Tx) DeleteTokens(ctx context.Context, user store.UserID, ids ...string) ([]string, error) {
	return queryAll(ctx, tx.q, "deleting tokens", scanText[string],
		"DELETE FROM access_token WHERE user_id = $1 AND "+tx.d.In("id", 2)+" RETURNING id", user, tx.array(ids))
}

// TouchToken notes when a token was last used. It never goes back, and is a
// transaction of its own.
func (db *DB) TouchToken(ctx context.Context, id string, at time.Time) error {
	if _, err := db.q.Exec(ctx, "UPDATE access_token SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2", id, millis(at)); err != nil {
		return fmt.Errorf("touching a token: %w", err)
	}
	return nil
}
