package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// picture is an image in some format.
func picture(t *testing.T, format string) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 7, 5), nil)
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, image.NewGray(img.Rect))
	case "jpeg":
		err = jpeg.Encode(&b, image.NewGray(img.Rect), nil)
	case "gif":
		err = gif.Encode(&b, image.NewGray(img.Rect), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFileNames(t *testing.T) {
	for _, c := range []struct{ given, ext, want string }{
		{"cat.png", ".png", "cat.png"}, {"cat", ".png", "cat.png"}, {"cat.txt", ".png", "cat.txt.png"}, {"cat.JPEG", ".jpg", "cat.JPEG"},
		{" blob ", ".png", "untitled.png"}, {"", "", "untitled.unknown"}, {"notes.txt", "", "notes.txt"}, {"a.docx", ".zip", "a.docx"},
		{"a.", ".png", "a..png"}, {strings.Repeat("é", 200), ".gif", strings.Repeat("é", 200) + ".gif"},
	} {
		if got, err := Name(c.given, c.ext); err != nil || got != c.want {
			t.Errorf("%q with %q: %q, %v, want %q", c.given, c.ext, got, err, c.want)
		}
	}
}

func TestSniff(t *testing.T) {
	webp := func(kind string, data ...byte) []byte {
		b := append([]byte("RIFF\x00\x00\x00\x00WEBP"+kind), binary.LittleEndian.AppendUint32(nil, 10)...)
		return append(b, append(data, make([]byte, 10-len(data))...)...)
	}
	ogg := func(s string) []byte { return []byte("OggS\x00\x02" + strings.Repeat("\x00", 22) + s) }
	for _, c := range []struct {
		name    string
		content []byte
		mime    string
		w, h    int
	}{
		{"png", picture(t, "png"), "image/png", 7, 5},
		{"apng", bytes.Replace(picture(t, "png"), []byte("IDAT"), []byte("acTLIDAT"), 1), "image/apng", 7, 5},
		{"jpeg", picture(t, "jpeg"), "image/jpeg", 7, 5},
		{"gif", picture(t, "gif"), "image/gif", 7, 5},
		{"broken gif", []byte("GIF89a"), "image/gif", 0, 0},
		{"webp extended", webp("VP8X", 0, 0, 0, 0, 6, 0, 0, 4, 1, 0), "image/webp", 7, 261},
		{"webp lossless", webp("VP8L", 0x2f, 0x06, 0x00, 0x01, 0x00), "image/webp", 7, 5},
		{"webp lossy", webp("VP8 ", 0, 0, 0, 0x9d, 0x01, 0x2a, 7, 0, 5, 0), "image/webp", 7, 5},
		{"short webp", webp("VP8 ")[:25], "image/webp", 0, 0},
		{"avif", []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00"), "image/avif", 0, 0},
		{"mov", []byte("\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00"), "video/quicktime", 0, 0},
		{"mp4", []byte("\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom"), "video/mp4", 0, 0},
		{"webm", []byte("\x1a\x45\xdf\xa3\x42\x82\x84webm"), "video/webm", 0, 0},
		{"mkv", []byte("\x1a\x45\xdf\xa3\x42\x82\x88matroska"), "video/x-matroska", 0, 0},
		{"opus", ogg("OpusHead"), "audio/opus", 0, 0},
		{"vorbis", ogg("\x01vorbis"), "audio/ogg", 0, 0},
		{"theora", ogg("\x80theora"), "video/ogg", 0, 0},
		{"flac", []byte("fLaC\x00\x00\x00\x22"), "audio/flac", 0, 0},
		{"mp3 with a tag", []byte("ID3\x03\x00"), "audio/mpeg", 0, 0},
		{"mp3", []byte("\xff\xfb\x90\x00"), "audio/mpeg", 0, 0},
		{"aac", []byte("\xff\xf1\x50\x80"), "audio/aac", 0, 0},
		{"pdf", []byte("%PDF-1.7"), "application/pdf", 0, 0},
		{"html", []byte("<!DOCTYPE html><script>alert(1)</script>"), UnknownType, 0, 0},
		{"svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), SVGType, 0, 0},
		{"svg without a namespace", []byte("\n<svg width='1'>"), SVGType, 0, 0},
		{"svg with all that may stand before it", []byte("\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE svg PUBLIC \"a\" \"b\">\n<!-- <html> -->\n<svg:svg xmlns:svg=\"http://www.w3.org/2000/svg\">"), SVGType, 0, 0},
		{"svg in HTML", []byte(`<html><svg xmlns="http://www.w3.org/2000/svg"/></html>`), UnknownType, 0, 0},
		{"svg behind text", []byte(`x <svg xmlns="http://www.w3.org/2000/svg"/>`), UnknownType, 0, 0},
		{"svg of another namespace", []byte(`<svg xmlns="http://www.w3.org/1999/xhtml"><script/></svg>`), UnknownType, 0, 0},
		{"a prefix that nobody declared", []byte(`<a:svg>`), UnknownType, 0, 0},
		{"a comment without an end", []byte(`<!-- <svg>`), UnknownType, 0, 0},
		{"text", []byte("hello"), UnknownType, 0, 0},
		{"nothing", nil, UnknownType, 0, 0},
	} {
		mime, ext := TypeOf(c.content)
		if mime != c.mime || (ext == "") != (mime == UnknownType) {
			t.Errorf("%s: %s %q, want %s", c.name, mime, ext, c.mime)
		}
		if w, h := PictureSize(mime, bytes.NewReader(c.content)); w != c.w || h != c.h {
			t.Errorf("%s: %d × %d, want %d × %d", c.name, w, h, c.w, c.h)
		}
	}
}
