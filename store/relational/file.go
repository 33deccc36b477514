package relational

import (
	"context"

	"notewire/store"
)

const fileColumns = `id, created_at, user_id, name, type, md5, size, is_sensitive, comment, folder_id,
	width, height, blurhash, storage_key`

func scanFile(r Row) (*store.File, error) {
	f := new(store.File)
	return f, r.Scan(&f.ID, asTime{&f.CreatedAt}, &f.UserID, &f.Name, &f.Type, &f.MD5, &f.Size, &f.IsSensitive, &f.Comment,
		asText(&f.FolderID), &f.Width, &f.Height, &f.Blurhash, &f.Key)
}

// File is the drive file with the id.
func (q Queries) File(ctx context.Context, id string) (*store.File, error) {
	return queryOne(ctx, q.q, "reading a file", scanFile, "SELECT "+fileColumns+" FROM drive_file WHERE id = $1", id)
}

// Files are the drive files with the ids, in that order, each once; missing
// ones are left out.
func (q Queries) Files(ctx context.Context, ids []string) ([]*store.File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := queryAll(ctx, q.q, "reading files", scanFile,
		"SELECT "+fileColumns+" FROM drive_file WHERE "+q.d.In("id", 1), q.array(ids))
	if err != nil {
		return nil, err
	}
	return inOrder(ids, found, func(f *store.File) string { return f.ID }), nil
}

// FileByKey is the drive file that is stored under the key.
func (q Queries) FileByKey(ctx context.Context, key string) (*store.File, error) {
	return queryOne(ctx, q.q, "reading a file by key", scanFile, "SELECT "+fileColumns+" FROM drive_file WHERE storage_key = $1", key)
}

// FileByMD5 is the oldest of a user's drive files with that content.
func (q Queries) FileByMD5(ctx context.Context, user store.UserID, md5 string) (*store.File, error) {
	return queryOne(ctx, q.q, "reading a file by content", scanFile,
		"SELECT "+fileColumns+" FROM drive_file WHERE user_id = $1 AND md5 = $2 ORDER BY id LIMIT 1", user, md5)
}

// DriveUsage is how many bytes a user's files take.
func (q Queries) DriveUsage(ctx context.Context, user store.UserID) (int64, error) {
	n, err := queryOne(ctx, q.q, "measuring a drive", scanInt,
		"SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM drive_file WHERE user_id = $1", user)
	return int64(n), err
}

// CreateFile writes what is known of a file; its content is kept elsewhere.
func (tx *Tx) CreateFile(ctx context.Context, f *store.File) error {
	return insertNew(ctx, tx.q, "creating a file", "drive_file",
		"INSERT INTO drive_file ("+fileColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		f.ID, millis(f.CreatedAt), f.UserID, f.Name, f.Type, f.MD5, f.Size, f.IsSensitive, f.Comment,
		nullIfEmpty(f.FolderID), f.Width, f.Height, f.Blurhash, f.Key)
}

// DeleteFile forgets a file and answers what it was.
func (tx *Tx) DeleteFile(ctx context.Context, id string) (*store.File, error) {
	return queryOne(ctx, tx.q, "deleting a file", scanFile, "DELETE FROM drive_file WHERE id = $1 RETURNING "+fileColumns, id)
}
