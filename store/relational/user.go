package relational

import (
	"context"
	"fmt"
	"strings"
	"time"

	"notewire/store"
)

// userColumns are what scanUser reads, of a table called u.
const userColumns = `u.id, u.username, u.host, u.name, u.created_at, u.updated_at, u.last_active_at,
	u.avatar_id, u.banner_id, u.avatar_url, u.banner_url,
	u.is_locked, u.is_bot, u.is_cat, u.is_admin, u.is_moderator, u.is_suspended, u.is_deleted,
	u.followers_count, u.following_count, u.notes_count, u.read_notification_id, u.settings`

// userDests are where userColumns go.
func userDests(u *store.User) []any {
	return []any{&u.ID, &u.Username, &u.Host, &u.Name, asTime{&u.CreatedAt}, asTime{&u.UpdatedAt}, asTime{&u.LastActiveAt},
		asText(&u.AvatarID), asText(&u.BannerID), &u.AvatarURL, &u.BannerURL,
		&u.IsLocked, &u.IsBot, &u.IsCat, &u.IsAdmin, &u.IsModerator, &u.IsSuspended, &u.IsDeleted,
		&u.FollowersCount, &u.FollowingCount, &u.NotesCount, asText(&u.ReadNotificationID), asJSON(&u.Settings)}
}

func scanUser(r Row) (*store.User, error) {
	u := new(store.User)
	return u, r.Scan(userDests(u)...)
}

// User is the user with the id.
func (q Queries) User(ctx context.Context, id store.UserID) (*store.User, error) {
	return queryOne(ctx, q.q, "reading a user", scanUser, "SELECT "+userColumns+" FROM users u WHERE u.id = $1", id)
}

// Users are the users with the ids, in that order, each once; missing ones are
// left out.
func (q Queries) Users(ctx context.Context, ids []store.UserID) ([]*store.User, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := queryAll(ctx, q.q, "reading users", scanUser,
		"SELECT "+userColumns+" FROM users u WHERE "+q.d.In("u.id", 1), q.array(toStrings(ids)))
	if err != nil {
		return nil, err
	}
	return inOrder(ids, found, func(u *store.User) store.UserID { return u.ID }), nil
}

// UserByName is the user of that name on the host (empty: local), without
// regard to case.
func (q Queries) UserByName(ctx context.Context, username, host string) (*store.User, error) {
	return queryOne(ctx, q.q, "reading a user by name", scanUser,
		"SELECT "+userColumns+" FROM users u WHERE lower(u.username) = $1 AND u.host = $2",
		strings.ToLower(username), strings.ToLower(host))
}

// PasswordHash is the hash of a user's password, empty for users who cannot
// sign in.
func (q Queries) PasswordHash(ctx context.Context, id store.UserID) (string, error) {
	return queryOne(ctx, q.q, "reading a password hash", scanText[string], "SELECT password_hash FROM users WHERE id = $1", id)
}

// CreateUser writes a new user without counts. The first local account ever
// made becomes administrator: u.IsAdmin tells. A name that is taken is
// store.ErrConflict.
func (tx *Tx) CreateUser(ctx context.Context, u *store.User, passwordHash string) error {
	first := int64(0)
	if u.Local() {
		// Of several transactions at once one changes the row, the others wait
		// for it; if it is rolled back, the next one is the first.
		var err error
		if first, err = tx.q.Exec(ctx, "UPDATE instance SET has_admin = TRUE WHERE NOT has_admin"); err != nil {
			return fmt.Errorf("creating a user: %w", err)
		}
	}
	isAdmin := u.IsAdmin || first > 0
	err := insertNew(ctx, tx.q, "creating a user", "users", `INSERT INTO users (id, username, host, name, password_hash,
			created_at, updated_at, last_active_at, avatar_id, banner_id, avatar_url, banner_url,
			is_locked, is_bot, is_cat, is_admin, is_moderator, is_suspended, is_deleted, read_notification_id, settings)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		u.ID, u.Username, strings.ToLower(u.Host), u.Name, passwordHash,
		millis(u.CreatedAt), millis(u.UpdatedAt), millis(u.LastActiveAt), nullIfEmpty(u.AvatarID), nullIfEmpty(u.BannerID), u.AvatarURL, u.BannerURL,
		u.IsLocked, u.IsBot, u.IsCat, isAdmin, u.IsModerator, u.IsSuspended, u.IsDeleted,
		nullIfEmpty(u.ReadNotificationID), jsonText(u.Settings))
	if err != nil {
		return err
	}
	u.IsAdmin = isAdmin
	return nil
}

// HasAdmin says whether the first local account was made, see CreateUser.
func (q Queries) HasAdmin(ctx context.Context) (bool, error) {
	return queryOne(ctx, q.q, "asking for the first account", func(r Row) (has bool, err error) {
		err = r.Scan(&has)
		return has, err
	}, "SELECT has_admin FROM instance")
}

// UserForUpdate is User, and keeps others from changing the user until the end
// of the transaction.
func (tx *Tx) UserForUpdate(ctx context.Context, id store.UserID) (*store.User, error) {
	return queryOne(ctx, tx.q, "locking a user", scanUser,
		"SELECT "+userColumns+" FROM users u WHERE u.id = $1"+tx.d.ForUpdate(), id)
}

// UpdateUser writes what a user or an administrator may change: name, pictures
// (the ids, and what AvatarURL and BannerURL hold), flags, UpdatedAt and
// settings. Counts, the read mark, the name that identifies and the password
// have methods of their own.
func (tx *Tx) UpdateUser(ctx context.Context, u *store.User) error {
	return execExisting(ctx, tx.q, "updating a user", `UPDATE users SET name = $2, updated_at = $3,
			avatar_id = $4, banner_id = $5, avatar_url = $6, banner_url = $7,
			is_locked = $8, is_bot = $9, is_cat = $10, is_admin = $11, is_moderator = $12,
			is_suspended = $13, is_deleted = $14, settings = $15
		WHERE id = $1`,
		u.ID, u.Name, millis(u.UpdatedAt), nullIfEmpty(u.AvatarID), nullIfEmpty(u.BannerID), u.AvatarURL, u.BannerURL,
		u.IsLocked, u.IsBot, u.IsCat, u.IsAdmin, u.IsModerator, u.IsSuspended, u.IsDeleted, jsonText(u.Settings))
}

// SetPasswordHash replaces the hash of a user's password.
func (tx *Tx) SetPasswordHash(ctx context.Context, id store.UserID, hash string) error {
	return execExisting(ctx, tx.q, "setting a password hash", "UPDATE users SET password_hash = $2 WHERE id = $1", id, hash)
}

// TouchUser notes when a user was last seen. It never goes back, and is a
// transaction of its own.
func (db *DB) TouchUser(ctx context.Context, id store.UserID, at time.Time) error {
	if _, err := db.q.Exec(ctx, "UPDATE users SET last_active_at = $2 WHERE id = $1 AND last_active_at < $2", id, millis(at)); err != nil {
		return fmt.Errorf("touching a user: %w", err)
	}
	return nil
}

// Stats counts what the server has.
func (q Queries) Stats(ctx context.Context) (store.Stats, error) {
	return queryOne(ctx, q.q, "counting", func(r Row) (s store.Stats, err error) {
		err = r.Scan(&s.Users, &s.LocalUsers, &s.Notes, &s.LocalNotes, &s.Instances, &s.DriveUsage)
		return s, err
	}, `SELECT count(*), count(CASE WHEN host = '' THEN 1 END),
			CAST(coalesce(sum(notes_count), 0) AS BIGINT),
			CAST(coalesce(sum(CASE WHEN host = '' THEN notes_count END), 0) AS BIGINT),
			count(DISTINCT CASE WHEN host <> '' THEN host END),
			(SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM drive_file)
		FROM users`)
}

// countUsers adds to the counts of users, who are locked in the order of their
// ids.
func (tx *Tx) countUsers(ctx context.Context, column string, by map[store.UserID]int) error {
	ids := make([]store.UserID, 0, len(by))
	for id := range by {
		ids = append(ids, id)
	}
	for _, id := range distinct(ids) {
		if _, err := tx.q.Exec(ctx, "UPDATE users SET "+column+" = "+column+" + $2 WHERE id = $1", id, by[id]); err != nil {
			return fmt.Errorf("counting %s: %w", column, err)
		}
	}
	return nil
}
