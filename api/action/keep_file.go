package action

import (
	"context"
	"errors"
	"fmt"
	"io"
	"notewire/api/media"
	"notewire/protocol"
	"notewire/store"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
)

// ErrInvalidFileName says that no file may be called that.
var ErrInvalidFileName = media.ErrInvalidName

// NewFile is a file that was uploaded: where it lies, and what was said of it.
type NewFile struct {
	Path        string // under a temporary name, in the folder of files
	Size        int64  // bytes
	MD5         string // hex
	Name        string // as the uploader calls it; may be empty
	Comment     string // says what is to be seen
	IsSensitive bool
	Force       bool // even if the actor has the same content already
}

// KeepFile puts an upload onto the actor's drive, and moves it away from where it
// lay. One whose content they have already is answered with the file that has it,
// unless Force is set. It fails with ErrInvalidFileName or ErrNoFreeSpace.
func (a *Actor) KeepFile(ctx context.Context, in NewFile) (*store.File, error) {
	f, err := a.examine(in)
	if err != nil {
		return nil, err
	}
	return a.keepUpload(ctx, in.Path, f, in.Force)
}

// examine finds out what an upload is, by its content, and makes sure that it
// is on the disk.
func (a *Actor) examine(in NewFile) (*store.File, error) {
	content, err := os.Open(in.Path)
	if err != nil {
		return nil, fmt.Errorf("opening an upload: %w", err)
	}
	defer func() { _ = content.Close() }() // it was only read and synced
	head := make([]byte, media.HeadLength)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	mime, ext := media.TypeOf(head[:n])
	name, err := media.Name(in.Name, ext)
	if err != nil {
		return nil, err
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	width, height := media.PictureSize(mime, content)
	if err := content.Sync(); err != nil {
		return nil, fmt.Errorf("writing an upload to disk: %w", err)
	}
	return &store.File{
		UserID: a.ViewerID(), Name: name, Type: mime, MD5: in.MD5, Size: in.Size,
		IsSensitive: in.IsSensitive, Comment: in.Comment, Width: width, Height: height,
		Key: uuid.NewString(), // random: who has a file's address may read it
	}, nil
}

// keepUpload gives an upload its lasting name and enters it into the drive, or
// answers the file that is there already. The file is in its place before
// anybody can learn of it, and is removed if nobody did.
func (a *Actor) keepUpload(ctx context.Context, path string, f *store.File, force bool) (*store.File, error) {
	lasting := filepath.Join(a.service.config.FileDir, f.Key)
	if err := os.Rename(path, lasting); err != nil {
		return nil, fmt.Errorf("naming an upload: %w", err)
	}
	if err := syncDir(a.service.config.FileDir); err != nil {
		a.removeUnlessKept(ctx, lasting, f.Key)
		return nil, err
	}
	kept := f
	err := a.transact(ctx, func(ctx context.Context, w *work) (err error) {
		f.ID, f.CreatedAt = a.newID(), a.Now
		kept, err = w.enter(ctx, *f, force)
		return err
	})
	if err != nil || kept.ID != f.ID {
		a.removeUnlessKept(ctx, lasting, f.Key)
	}
	return kept, err
}

// removeUnlessKept removes a stored file that the drive does not know. It asks,
// since a transaction whose commit was not confirmed may have come through.
func (a *Actor) removeUnlessKept(ctx context.Context, path, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := a.Store().FileByKey(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		err = os.Remove(path)
	}
	if err != nil {
		a.Log().Warn("a file may be left that the drive does not know", "err", err)
	}
}

// enter writes a file to the drive and tells of it.
func (w *work) enter(ctx context.Context, f store.File, force bool) (*store.File, error) {
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
	if used+f.Size > DriveCapacity() {
		return nil, ErrNoFreeSpace
	}
	if err := w.CreateFile(ctx, &f); err != nil {
		return nil, fmt.Errorf("writing a file to the drive: %w", err)
	}
	packed := w.by.Packer().PackFile(&f)
	if err := w.emitMain(ctx, f.UserID, store.MainDriveFileCreated, packed); err != nil {
		return nil, err
	}
	return &f, w.emit(ctx, store.PrefixDrive+string(f.UserID), store.DriveFileCreated, packed)
}

// sameFile is the user's file with the same content; nil: none. It becomes
// sensitive if the new one was to be.
func (w *work) sameFile(ctx context.Context, f *store.File) (*store.File, error) {
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

// DriveCapacity is how many bytes everybody has.
func DriveCapacity() int64 { return int64(protocol.DefaultPolicies().DriveCapacityMb) << 20 }

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
