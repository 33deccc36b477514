package drive

import (
	"context"
	"fmt"
	"strings"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

type driveFilesParams struct {
	endpoint.PageParams
	FolderID *string `json:"folderId"`
	Type     *string `json:"type"` // a MIME type, or a family of them: "image/*"
	Sort     *string `json:"sort"` // "+name" is from the greatest down, "-name" from the smallest up
}

// driveFiles lists the files of who is calling.
func driveFiles() endpoint.Endpoint {
	sort := schema.String().Enum("+createdAt", "-createdAt", "+name", "-name", "+size", "-size").OrNull()
	return endpoint.Define(endpoint.Meta{
		Name: "drive/files", Credential: true, Permission: "read:drive",
		Params: schema.Object(append(endpoint.PageFields(10),
			schema.Prop("folderId", schema.ID().OrNull()),
			schema.Prop("type", schema.String().Pattern(`^[a-zA-Z\/\-*]+$`).OrNull()),
			schema.Prop("sort", sort),
		)...),
	}, func(ctx context.Context, c *endpoint.Call, p driveFilesParams) ([]protocol.DriveFile, error) {
		out := []protocol.DriveFile{}
		if p.FolderID != nil {
			return out, nil // there are no folders
		}
		page := store.FilePage{Page: p.Page(), Type: endpoint.OrEmpty(p.Type)}
		if by, up := strings.CutPrefix(endpoint.OrEmpty(p.Sort), "-"); up {
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
