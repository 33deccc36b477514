package sqlite

import "context"

// OpenReadOnly opens a file in a way that lets nobody write, which file modes
// do not do to root.
func OpenReadOnly(ctx context.Context, path string) error {
	db := &DB{path: path, options: Options{Readers: 1, StreamReaders: 1}}
	defer func() { _ = db.Close() }()
	return db.open(ctx, "ro")
}

// Take takes one connection of the reads, for the test's time.
func Take(ctx context.Context, r StreamReads) error {
	_, err := r.conns.pool.Conn(ctx)
	return err
}
