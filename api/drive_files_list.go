package api

import (
	"context"
	"fmt"
	"strings"

	"notewire/api/endpoint/schema"
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
	sort := schema.String().Enum("+createdAt", "-createdAt", "+name", "-name", "+size", "-size").OrNull()
	return define(meta{
		name: "drive/files", credential: true, permission: "read:drive",
		params: schema.Object(append(pageFields(10),
			schema.Prop("folderId", schema.ID().OrNull()),
			schema.Prop("type", schema.String().Pattern(`^[a-zA-Z\/\-*]+$`).OrNull()),
			schema.Prop("sort", sort),
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
