package relational

import "context"

// MarkFileSensitive says of a drive file that it is sensitive.
func (tx *Tx) MarkFileSensitive(ctx context.Context, id string) error {
	return execExisting(ctx, tx.q, "marking a file as sensitive", "UPDATE drive_file SET is_sensitive = TRUE WHERE id = $1", id)
}
