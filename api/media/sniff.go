package media

import (
	"bytes"
	"encoding/binary"
	"image"
	_ "image/gif"  // for the size of pictures
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"io"
	"net/http"
	"strings"
)

// HeadLength is how many bytes of a file tell its type.
const HeadLength = 4096

// UnknownType is the type of a file of which nothing is known. Text counts too, HTML
// with it: but for SVG, nothing that a browser might run gets a type of its own.
const UnknownType = "application/octet-stream"

// fileType is a MIME type and the extension that its files are given.
type fileType struct{ mime, ext string }

// sniffed are the types as net/http tells them, and what they are called on
// the drive. Those that are missing are UnknownType.
var sniffed = map[string]fileType{
	"image/png":                    {"image/png", ".png"},
	"image/jpeg":                   {"image/jpeg", ".jpg"},
	"image/gif":                    {"image/gif", ".gif"},
	"image/webp":                   {"image/webp", ".webp"},
	"image/bmp":                    {"image/bmp", ".bmp"},
	"image/x-icon":                 {"image/x-icon", ".ico"},
	"audio/mpeg":                   {"audio/mpeg", ".mp3"},
	"audio/wave":                   {"audio/wav", ".wav"},
	"audio/aiff":                   {"audio/aiff", ".aif"},
	"audio/midi":                   {"audio/midi", ".mid"},
	"application/ogg":              {"application/ogg", ".ogx"},
	"video/webm":                   {"video/webm", ".webm"},
	"video/mp4":                    {"video/mp4", ".mp4"},
	"video/avi":                    {"video/vnd.avi", ".avi"},
	"application/pdf":              {"application/pdf", ".pdf"},
	"application/zip":              {"application/zip", ".zip"},
	"application/x-gzip":           {"application/gzip", ".gz"},
	"application/x-rar-compressed": {"application/x-rar-compressed", ".rar"},
}

// brands are the types of files that begin with an ftyp box, by its brand.
var brands = map[string]fileType{
	"avif": {"image/avif", ".avif"},
	"avis": {"image/avif", ".avif"},
	"heic": {"image/heic", ".heic"},
	"heix": {"image/heic", ".heic"},
	"mif1": {"image/heif", ".heif"},
	"qt  ": {"video/quicktime", ".mov"},
	"M4A ": {"audio/x-m4a", ".m4a"},
	"M4V ": {"video/x-m4v", ".m4v"},
	"3gp4": {"video/3gpp", ".3gp"},
	"3gp5": {"video/3gpp", ".3gp"},
}

// TypeOf tells a file's MIME type by how it begins (HeadLength bytes, or all of
// a shorter file), and the extension that goes with it, which is empty where
// the type is unknown. What the client called the file or its type has no say.
func TypeOf(head []byte) (mime, ext string) {
	k := sniffed[http.DetectContentType(head)]
	has := func(s string) bool { return bytes.Contains(head, []byte(s)) }
	switch {
	case k.mime == "image/png" && animated(head):
		k = fileType{"image/apng", ".apng"}
	case k.mime == "application/ogg" && has("OpusHead"):
		k = fileType{"audio/opus", ".opus"}
	case k.mime == "application/ogg" && has("\x80theora"):
		k = fileType{"video/ogg", ".ogv"}
	case k.mime == "application/ogg" && (has("\x01vorbis") || has("\x7fFLAC")):
		k = fileType{"audio/ogg", ".ogg"}
	case k.mime == "video/webm" && has("matroska"):
		k = fileType{"video/x-matroska", ".mkv"}
	case isSVG(head):
		k = fileType{SVGType, ".svg"}
	case bytes.HasPrefix(head, []byte("fLaC")):
		k = fileType{"audio/flac", ".flac"}
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		k = fileType{"video/mp4", ".mp4"}
		if b, known := brands[string(head[8:12])]; known {
			k = b
		}
	case k.mime == "" && len(head) >= 2 && head[0] == 0xff && head[1]&0xf6 == 0xf0:
		k = fileType{"audio/aac", ".aac"}
	case k.mime == "" && len(head) >= 2 && head[0] == 0xff && head[1]&0xe6 == 0xe2:
		k = fileType{"audio/mpeg", ".mp3"} // without a tag before it
	}
	if k.mime == "" {
		return UnknownType, ""
	}
	return k.mime, k.ext
}

// animated says whether a PNG says that it moves, which it has to before its
// first picture.
func animated(head []byte) bool {
	moves, picture := bytes.Index(head, []byte("acTL")), bytes.Index(head, []byte("IDAT"))
	return moves >= 0 && (picture < 0 || moves < picture)
}

// PictureSize is the size in pixels of a PNG, JPEG, GIF or WebP; 0 for
// anything else and where it cannot be told.
func PictureSize(mime string, r io.ReadSeeker) (width, height int) {
	if !strings.HasPrefix(mime, "image/") {
		return 0, 0
	}
	if mime == "image/webp" {
		return webpSize(r)
	}
	c, _, err := image.DecodeConfig(r)
	if err != nil {
		return 0, 0
	}
	return c.Width, c.Height
}

// webpSize reads the size from the first chunk of a WebP, which is one of
// three kinds (RFC 9649): extended, lossless, lossy.
func webpSize(r io.Reader) (width, height int) {
	b := make([]byte, 30)
	if _, err := io.ReadFull(r, b); err != nil {
		return 0, 0
	}
	switch data := b[20:]; string(b[12:16]) {
	case "VP8X":
		return 1 + int(data[4]) + int(data[5])<<8 + int(data[6])<<16, 1 + int(data[7]) + int(data[8])<<8 + int(data[9])<<16
	case "VP8L":
		bits := binary.LittleEndian.Uint32(data[1:])
		return 1 + int(bits&0x3fff), 1 + int(bits>>14&0x3fff)
	case "VP8 ":
		return int(binary.LittleEndian.Uint16(data[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(data[8:]) & 0x3fff)
	}
	return 0, 0
}
