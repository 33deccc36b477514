package relational

import (
	"context"
	"strconv"
	"strings"

	"notewire/store"
)

// fileOrders are the columns that a drive can be sorted by.
var fileOrders = map[store.FileOrder]string{
	store.FilesByAge: "id", store.FilesByName: "name", store.FilesBySize: "size",
}

// DriveFiles are a user's files, in the order that the page asks for: by the
// page's own where it names none. Files that are equal in it come by id.
func (q Queries) DriveFiles(ctx context.Context, user store.UserID, p store.FilePage) ([]*store.File, error) {
	s := statement{args: []any{user}}
	s.WriteString("SELECT " + fileColumns + " FROM drive_file WHERE user_id = $1")
	if family, whole := strings.CutSuffix(p.Type, "*"); whole {
		// Not LIKE: the type may hold what means something in a pattern.
		s.WriteString(" AND substr(type, 1, " + strconv.Itoa(len(family)) + ") = " + s.arg(family))
	} else if p.Type != "" {
		s.WriteString(" AND type = " + s.arg(p.Type))
	}
	column, known := fileOrders[p.Order]
	if !known {
		s.appendPage(p.Page, "id")
		return queryAll(ctx, q.q, "listing a drive", scanFile, s.String(), s.args...)
	}
	if p.SinceID != "" {
		s.WriteString(" AND id > " + s.arg(p.SinceID))
	}
	if p.UntilID != "" {
		s.WriteString(" AND id < " + s.arg(p.UntilID))
	}
	direction := "DESC"
	if p.Rising {
		direction = "ASC"
	}
	s.WriteString(" ORDER BY " + column + " " + direction + ", id " + direction + " LIMIT " + s.arg(p.Limit))
	return queryAll(ctx, q.q, "listing a drive", scanFile, s.String(), s.args...)
}
