package api

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"regexp"

	"github.com/labstack/echo/v4"

	"notewire/api/media"
	"notewire/store"
)

// fileKey is what keys look like: a UUID. Nothing else is looked for, so no
// path can lead out of the file directory, nor to an upload under way.
var fileKey = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// shownTypes are those that a browser may show by itself: they hold nothing
// that it would run. Everything else is a download without a type.
var shownTypes = map[string]bool{
	"image/png": true, "image/apng": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/avif": true,
	"image/bmp": true, "image/x-icon": true,
	"audio/mpeg": true, "audio/wav": true, "audio/ogg": true, "audio/opus": true, "audio/flac": true, "audio/aac": true,
	"audio/x-m4a": true, "application/ogg": true,
	"video/mp4": true, "video/webm": true, "video/ogg": true, "video/quicktime": true, "video/x-m4v": true, "video/3gpp": true,
}

// serveFile answers GET and HEAD of /files/:key with a stored file. Anybody
// who knows the address may read it.
func (s *Server) serveFile(ec echo.Context) error {
	w, r := ec.Response(), ec.Request()
	h := w.Header()
	// A file must never act in the name of this server, whatever is in it.
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Access-Control-Allow-Origin", "*")

	key := ec.Param("key")
	if s.config.FileDir == "" || !fileKey.MatchString(key) {
		http.NotFound(w, r)
		return nil
	}
	f, err := s.config.Store.FileByKey(r.Context(), key)
	if errors.Is(err, store.ErrNotFound) {
		http.NotFound(w, r)
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking up a file: %w", err)
	}
	content, err := os.OpenInRoot(s.config.FileDir, key)
	if errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("a file of the drive is not in the file directory", "fileId", f.ID)
		http.NotFound(w, r)
		return nil
	}
	if err != nil {
		return fmt.Errorf("opening a file: %w", err)
	}
	defer func() { _ = content.Close() }() // it was only read

	disposition, typ := "inline", f.Type
	if typ == media.SVGType {
		// A picture with its own styles, in a sandbox: no script, no request, no origin.
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	} else if !shownTypes[typ] {
		disposition, typ = "attachment", media.UnknownType
	}
	h.Set("Content-Type", typ)
	h.Set("Content-Disposition", disposition)
	if named := mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}); named != "" {
		h.Set("Content-Disposition", named)
	}
	h.Set("Cache-Control", "public, max-age=31536000, immutable") // a key is never given twice
	h.Set("ETag", `"`+f.MD5+`"`)
	http.ServeContent(w, r, "", f.CreatedAt, content)
	return nil
}
