package protocol

import (
	"strings"

	"notewire/store"
)

// DriveFile is a file of the drive.
type DriveFile struct {
	ID           string         `json:"id"`
	CreatedAt    string         `json:"createdAt"`
	Name         string         `json:"name"`
	Type         string         `json:"type"` // MIME type
	MD5          string         `json:"md5"`  // hex
	Size         int64          `json:"size"` // bytes
	IsSensitive  bool           `json:"isSensitive"`
	Blurhash     *string        `json:"blurhash"`
	Properties   FileProperties `json:"properties"`
	URL          string         `json:"url"`
	ThumbnailURL *string        `json:"thumbnailUrl"` // images are their own thumbnails
	Comment      *string        `json:"comment"`
	FolderID     *string        `json:"folderId"`
	Folder       *struct{}      `json:"folder"`
	UserID       *store.UserID  `json:"userId"` // null unless the owner was asked for
	User         *UserLite      `json:"user"`
}

// FileProperties is what is known of an image.
type FileProperties struct {
	Width  int `json:"width,omitempty"` // pixels
	Height int `json:"height,omitempty"`
}

// PackFile packs a file as notes carry it: without its owner.
func (p Packer) PackFile(f *store.File) DriveFile {
	file := DriveFile{
		ID:          f.ID,
		CreatedAt:   FormatTime(f.CreatedAt),
		Name:        f.Name,
		Type:        f.Type,
		MD5:         f.MD5,
		Size:        f.Size,
		IsSensitive: f.IsSensitive,
		Blurhash:    orNull(f.Blurhash),
		Properties:  FileProperties{Width: f.Width, Height: f.Height},
		URL:         p.FileURL(f.Key),
		Comment:     orNull(f.Comment),
		FolderID:    orNull(f.FolderID),
	}
	if strings.HasPrefix(f.Type, "image/") {
		file.ThumbnailURL = &file.URL
	}
	return file
}
