package api

import (
	"context"
	"fmt"
	"strings"

	"notewire/protocol"
	"notewire/store"
)

type driveFilesParams struct {
	pageParams
	FolderID *string `json:"folderId"`
	Type     *string `json:"type"` // a MIME type, or a family of them: "image/*"
	Sort     *string `json:"sort"` // "+name" is from the greatest down, "-name" from the smallest up
}

// driveFiles lists the files of who is calling.
func driveFiles() endpoint {
	sort := str().oneOfStrings("+createdAt", "-createdAt", "+name", "-name", "+size", "-size").orNull()
	return define(meta{
		name: "drive/files", credential: true, permission: "read:drive",
		params: object(append(pageFields(10),
			field("folderId", id().orNull()),
			field("type", str().matching(`^[a-zA-Z\/\-*]+$`).orNull()),
			field("sort", sort),
		)...),
	}, func(ctx context.Context, c *Call, p driveFilesParams) ([]protocol.DriveFile, error) {
		out := []protocol.DriveFile{}
		if p.FolderID != nil {
			return out, nil // there are no folders
		}
		page := store.FilePage{Page: p.page(), Type: orEmpty(p.Type)}
		if by, up := strings.CutPrefix(orEmpty(p.Sort), "-"); up {
			page.Order, page.Rising = store.FileOrder(by), true
		} else {
			page.Order = store.FileOrder(strings.TrimPrefix(by, "+"))
		}
		found, err := c.Store().DriveFiles(ctx, c.ViewerID(), page)
		if err != nil {
			return nil, fmt.Errorf("listing a drive: %w", err)
		}
		for _, f := range found {
			out = append(out, c.Packer().PackFile(f))
		}
		return out, nil
	})
}
