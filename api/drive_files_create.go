package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"notewire/api/endpoint/schema"
	"notewire/api/media"
	"notewire/protocol"
	"notewire/store"
)

var (
	errInvalidFileName = clientError("Invalid file name.", "INVALID_FILE_NAME", "f449b209-0c60-4e51-84d5-29486263bfd4")
	errNoFreeSpace     = clientError("Cannot upload the file because you have no free space of drive.", "NO_FREE_SPACE", "d08dbc37-a6a9-463a-8c47-96c32ab5f064")
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
func driveFilesCreate() endpoint {
	return define(meta{
		name: "drive/files/create", credential: true, permission: "write:drive",
		limit: &limit{duration: time.Hour, max: 120},
		file:  true,
		params: schema.Object(
			schema.Prop("folderId", schema.ID().OrNull()),
			schema.Prop("name", schema.String().OrNull()),
			schema.Prop("comment", schema.String().MaxLength(512).OrNull()),
			schema.Prop("isSensitive", schema.Boolean().Default(false)),
			schema.Prop("force", schema.Boolean().Default(false)),
		),
		errors: []*Error{errInvalidFileName, errNoFreeSpace},
	}, func(ctx context.Context, c *Call, p driveFilesCreateParams) (protocol.DriveFile, error) {
		if p.FolderID != nil {
			return protocol.DriveFile{}, invalidParam("#/properties/folderId", "there are no folders")
		}
		f, err := c.examine(p)
		if err != nil {
			return protocol.DriveFile{}, err
		}
		if f, err = c.keepUpload(ctx, f, p.Force); err != nil {
			return protocol.DriveFile{}, err
		}
		return c.Packer().PackFile(f), nil
	})
}

// examine finds out what an upload is, by its content, and makes sure that it
// is on the disk.
func (c *Call) examine(p driveFilesCreateParams) (*store.File, error) {
	in, err := os.Open(c.File.Path)
	if err != nil {
		return nil, fmt.Errorf("opening an upload: %w", err)
	}
	defer func() { _ = in.Close() }() // it was only read and synced
	head := make([]byte, media.HeadLength)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	mime, ext := media.TypeOf(head[:n])
	given := c.File.Name
	if p.Name != nil {
		given = *p.Name
	}
	name, err := media.Name(given, ext)
	if errors.Is(err, media.ErrInvalidName) {
		return nil, errInvalidFileName
	}
	if err != nil {
		return nil, err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	width, height := media.PictureSize(mime, in)
	if err := in.Sync(); err != nil {
		return nil, fmt.Errorf("writing an upload to disk: %w", err)
	}
	return &store.File{
		UserID: c.ViewerID(), Name: name, Type: mime, MD5: c.File.MD5, Size: c.File.Size,
		IsSensitive: p.IsSensitive, Comment: orEmpty(p.Comment), Width: width, Height: height,
		Key: uuid.NewString(), // random: who has a file's address may read it
	}, nil
}

// keepUpload gives an upload its lasting name and enters it into the drive, or
// answers the file that is there already. The file is in its place before
// anybody can learn of it, and is removed if nobody did.
func (c *Call) keepUpload(ctx context.Context, f *store.File, force bool) (*store.File, error) {
	lasting := filepath.Join(c.Config().FileDir, f.Key)
	if err := os.Rename(c.File.Path, lasting); err != nil {
		return nil, fmt.Errorf("naming an upload: %w", err)
	}
	if err := syncDir(c.Config().FileDir); err != nil {
		c.removeUnlessKept(ctx, lasting, f.Key)
		return nil, err
	}
	kept := f
	err := c.Transact(ctx, func(ctx context.Context, w *Work) (err error) {
		f.ID, f.CreatedAt = c.NewID(), c.Now
		kept, err = w.enter(ctx, *f, force)
		return err
	})
	if err != nil || kept.ID != f.ID {
		c.removeUnlessKept(ctx, lasting, f.Key)
	}
	return kept, err
}

// removeUnlessKept removes a stored file that the drive does not know. It asks,
// since a transaction whose commit was not confirmed may have come through.
func (c *Call) removeUnlessKept(ctx context.Context, path, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := c.Store().FileByKey(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		err = os.Remove(path)
	}
	if err != nil {
		c.Log().Warn("a file may be left that the drive does not know", "err", err)
	}
}

// enter writes a file to the drive and tells of it.
func (w *Work) enter(ctx context.Context, f store.File, force bool) (*store.File, error) {
	// Under the owner's lock, so that capacity and doubles hold for uploads at once.
	owner, err := w.UserForUpdate(ctx, f.UserID)
	if err != nil {
		return nil, fmt.Errorf("locking the owner of a file: %w", err)
	}
	f.IsSensitive = f.IsSensitive || owner.Settings.AlwaysMarkNsfw
	if !force {
		same, err := w.sameFile(ctx, &f)
		if same != nil || err != nil {
			return same, err
		}
	}
	used, err := w.DriveUsage(ctx, f.UserID)
	if err != nil {
		return nil, fmt.Errorf("measuring a drive: %w", err)
	}
	if used+f.Size > driveCapacity() {
		return nil, errNoFreeSpace
	}
	if err := w.CreateFile(ctx, &f); err != nil {
		return nil, fmt.Errorf("writing a file to the drive: %w", err)
	}
	packed := w.call.Packer().PackFile(&f)
	if err := w.EmitMain(ctx, f.UserID, store.MainDriveFileCreated, packed); err != nil {
		return nil, err
	}
	return &f, w.Emit(ctx, store.PrefixDrive+string(f.UserID), store.DriveFileCreated, packed)
}

// sameFile is the user's file with the same content; nil: none. It becomes
// sensitive if the new one was to be.
func (w *Work) sameFile(ctx context.Context, f *store.File) (*store.File, error) {
	same, err := w.FileByMD5(ctx, f.UserID, f.MD5)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the same file: %w", err)
	}
	if f.IsSensitive && !same.IsSensitive {
		same.IsSensitive = true
		if err := w.MarkFileSensitive(ctx, same.ID); err != nil {
			return nil, fmt.Errorf("marking a file as sensitive: %w", err)
		}
	}
	return same, nil
}

// driveCapacity is how many bytes everybody has.
func driveCapacity() int64 { return int64(protocol.DefaultPolicies().DriveCapacityMb) << 20 }

// syncDir makes names in a directory last.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the file directory: %w", err)
	}
	defer func() { _ = d.Close() }() // it was only synced
	if err := d.Sync(); err != nil {
		return fmt.Errorf("syncing the file directory: %w", err)
	}
	return nil
}
