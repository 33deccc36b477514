package drive

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

var (
	errInvalidFileName = endpoint.ClientError("Invalid file name.", "INVALID_FILE_NAME", "f449b209-0c60-4e51-84d5-29486263bfd4").For(action.ErrInvalidFileName)
	errNoFreeSpace     = endpoint.ClientError("Cannot upload the file because you have no free space of drive.", "NO_FREE_SPACE", "d08dbc37-a6a9-463a-8c47-96c32ab5f064").For(action.ErrNoFreeSpace)
)

type driveFilesCreateParams struct {
	FolderID    *string `json:"folderId"`
	Name        *string `json:"name"`
	Comment     *string `json:"comment"`
	IsSensitive bool    `json:"isSensitive"`
	Force       bool    `json:"force"`
}

// driveFilesCreate keeps an upload. One whose content the user has already is
// answered with the file that has it, unless force is set.
func driveFilesCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "drive/files/create", Credential: true, Permission: "write:drive",
		Limit: &endpoint.Limit{Duration: time.Hour, Max: 120},
		File:  true,
		Params: schema.Object(
			schema.Prop("folderId", schema.ID().OrNull()),
			schema.Prop("name", schema.String().OrNull()),
			schema.Prop("comment", schema.String().MaxLength(512).OrNull()),
			schema.Prop("isSensitive", schema.Boolean().Default(false)),
			schema.Prop("force", schema.Boolean().Default(false)),
		),
		Errors: []*endpoint.Error{errInvalidFileName, errNoFreeSpace},
	}, func(ctx context.Context, c *endpoint.Call, p driveFilesCreateParams) (protocol.DriveFile, error) {
		if p.FolderID != nil {
			return protocol.DriveFile{}, endpoint.InvalidParam("#/properties/folderId", "there are no folders")
		}
		name := c.File.Name
		if p.Name != nil {
			name = *p.Name
		}
		f, err := c.KeepFile(ctx, action.NewFile{
			Path: c.File.Path, Size: c.File.Size, MD5: c.File.MD5, Name: name,
			Comment: endpoint.OrEmpty(p.Comment), IsSensitive: p.IsSensitive, Force: p.Force,
		})
		if err != nil {
			return protocol.DriveFile{}, err
		}
		return c.Packer().PackFile(f), nil
	})
}
