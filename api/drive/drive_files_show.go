package drive

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var (
	errDriveNoSuchFile  = endpoint.ClientError("No such file.", "NO_SUCH_FILE", "067bc436-2718-4795-b0fb-ecbe43949e31")
	errFileAccessDenied = endpoint.ClientError("Access denied.", "ACCESS_DENIED", "25b73c73-68b1-41d0-bad1-381cfdf6579f")
)

type driveFilesShowParams struct {
	FileID string `json:"fileId"`
	URL    string `json:"url"`
}

// driveFilesShow answers a file of who is calling, with its owner; moderators
// see everybody's.
func driveFilesShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "drive/files/show", Credential: true, Permission: "read:drive",
		Params: schema.Object(schema.Prop("fileId", schema.ID()), schema.Prop("url", schema.String())).
			AnyOf(schema.Object().Require("fileId"), schema.Object().Require("url")),
		Errors: []*endpoint.Error{errDriveNoSuchFile, errFileAccessDenied},
	}, func(ctx context.Context, c *endpoint.Call, p driveFilesShowParams) (protocol.DriveFile, error) {
		f, err := findFile(ctx, c, p)
		if errors.Is(err, store.ErrNotFound) {
			return protocol.DriveFile{}, errDriveNoSuchFile
		}
		if err != nil {
			return protocol.DriveFile{}, fmt.Errorf("looking up a file: %w", err)
		}
		if me := c.Viewer(); f.UserID != me.ID && !me.IsModerator && !me.IsAdmin {
			return protocol.DriveFile{}, errFileAccessDenied
		}
		owner, err := c.Store().User(ctx, f.UserID)
		if err != nil {
			return protocol.DriveFile{}, fmt.Errorf("looking up the owner of a file: %w", err)
		}
		out, lite := c.Packer().PackFile(f), c.Packer().PackUserLite(owner)
		out.UserID, out.User = &f.UserID, &lite
		return out, nil
	})
}

// findFile finds a file by its id or its address.
func findFile(ctx context.Context, c *endpoint.Call, p driveFilesShowParams) (*store.File, error) {
	if p.FileID != "" {
		return c.Store().File(ctx, p.FileID)
	}
	key, ours := strings.CutPrefix(p.URL, c.Packer().FileURL(""))
	if !ours {
		return nil, store.ErrNotFound
	}
	return c.Store().FileByKey(ctx, key)
}
