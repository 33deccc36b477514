package api

import (
	"crypto/md5" //nolint:gosec // the drive's checksum on the wire, not a safeguard
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"os"
	"strconv"
	"strings"
)

// readRequest reads params and file. If it answers false, the request was
// answered already. How long a client may take to send what it announced is the
// HTTP server's to know (api/httpserver).
func (s *Server) readRequest(w http.ResponseWriter, r *request, e endpoint.Endpoint) bool {
	if r.Method == http.MethodGet {
		r.fields = r.URL.Query()
		return true
	}
	mediaType := r.Header.Get("Content-Type")
	kind, form, _ := mime.ParseMediaType(mediaType)
	if e.File {
		if kind != "multipart/form-data" || form["boundary"] == "" {
			w.WriteHeader(http.StatusBadRequest)
			return false
		}
		return s.readUpload(w, r, multipart.NewReader(r.Body, form["boundary"]))
	}
	if mediaType == "" && r.ContentLength <= 0 && len(r.TransferEncoding) == 0 {
		return true
	}
	switch {
	case kind == "application/json":
	case kind == "text/plain":
		r.params = "" // a string is no object, whatever it says
		return true
	case kind == "multipart/form-data":
		return true
	case r.ContentLength == 0:
		return true
	default:
		writeFastify(w, http.StatusUnsupportedMediaType, "FST_ERR_CTP_INVALID_MEDIA_TYPE", "Unsupported Media Type: "+mediaType)
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.config.MaxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			writeFastify(w, http.StatusRequestEntityTooLarge, "FST_ERR_CTP_BODY_TOO_LARGE", "Request body is too large")
		} else {
			writeFastify(w, http.StatusBadRequest, "FST_ERR_CTP_INVALID_CONTENT_LENGTH", "Request body size did not match Content-Length")
		}
		return false
	}
	if len(body) == 0 {
		writeFastify(w, http.StatusBadRequest, "FST_ERR_CTP_EMPTY_JSON_BODY", "Body cannot be empty when content-type is set to 'application/json'")
		return false
	}
	params, err := schema.Decode(body)
	if err != nil {
		writeFastify(w, http.StatusBadRequest, "", badJSON(body, err))
		return false
	}
	if forbidden(params) {
		writeFastify(w, http.StatusBadRequest, "", "Object contains forbidden prototype property")
		return false
	}
	r.params = params
	return true
}

// badJSON words a syntax error as JavaScript's parser does, as far as clients
// or people might look at it.
func badJSON(body []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset > int64(len(body)) || syntax.Offset < 1 {
		return "Unexpected end of JSON input"
	}
	at := int(syntax.Offset) - 1
	if strings.Contains(syntax.Error(), "unexpected end") {
		return "Unexpected end of JSON input"
	}
	if strings.Contains(syntax.Error(), "beginning of object key") {
		return "Expected property name or '}' in JSON at position " + strconv.Itoa(at)
	}
	return fmt.Sprintf("Unexpected token '%c' in JSON at position %d", body[at], at)
}

// forbidden says whether a value would poison a JavaScript object; Misskey's
// framework refuses it, and so clients never see it accepted.
func forbidden(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if forbidden(item) {
				return true
			}
		}
	case map[string]any:
		for name, member := range v {
			if name == "__proto__" || forbidden(member) {
				return true
			}
			if name == "constructor" {
				if c, ok := member.(map[string]any); ok {
					if _, bad := c["prototype"]; bad {
						return true
					}
				}
			}
		}
	}
	return false
}

// readUpload reads a form with one file: the file goes to disk while it comes,
// the fields are bounded like any body.
func (s *Server) readUpload(w http.ResponseWriter, r *request, parts *multipart.Reader) bool {
	r.fields = url.Values{}
	left := s.config.MaxBody
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return false
		}
		if part.FileName() == "" && part.FormName() != "file" {
			value, err := io.ReadAll(io.LimitReader(part, left+1))
			left -= int64(len(value)) + int64(len(part.FormName()))
			if err != nil || left < 0 {
				w.WriteHeader(http.StatusBadRequest)
				return false
			}
			r.fields.Set(part.FormName(), string(value))
			continue
		}
		if r.file != nil {
			w.WriteHeader(http.StatusBadRequest)
			return false
		}
		r.file, err = s.keepFile(part)
		switch {
		case errors.Is(err, errFileTooLarge):
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return false
		case errors.Is(err, errUploadBroken):
			w.WriteHeader(http.StatusBadRequest)
			return false
		case err != nil:
			s.writeError(w, s.fail(withRequest(r.Context(), r), r.name, err))
			return false
		}
	}
	if r.file == nil {
		w.WriteHeader(http.StatusBadRequest)
		return false
	}
	return true
}

var (
	// errFileTooLarge says that an upload was larger than Config.MaxFileSize.
	errFileTooLarge = errors.New("file too large")
	// errUploadBroken says that an upload ended in the middle, or is no form.
	errUploadBroken = errors.New("broken upload")
)

// uploadReader marks the errors of reading an upload, which are the client's,
// against those of keeping it, which are ours.
type uploadReader struct{ from io.Reader }

func (r uploadReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", errUploadBroken, err)
	}
	return n, err
}

func (s *Server) keepFile(part *multipart.Part) (_ *endpoint.Upload, err error) {
	if s.config.FileDir == "" {
		return nil, errors.New("an upload came, but there is no file directory")
	}
	f, err := os.CreateTemp(s.config.FileDir, "upload-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("making a file for an upload: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error tells more
		}
	}()
	sum := md5.New() //nolint:gosec // see the import
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(uploadReader{part}, s.config.MaxFileSize+1))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("writing an upload: %w", err)
	}
	if n > s.config.MaxFileSize {
		return nil, errFileTooLarge
	}
	return &endpoint.Upload{Name: part.FileName(), Path: f.Name(), Size: n, MD5: hex.EncodeToString(sum.Sum(nil))}, nil
}

// discardFile removes an upload that the endpoint did not move away.
func (r *request) discardFile() {
	if r.file != nil {
		_ = os.Remove(r.file.Path) // gone already, as a rule
	}
}

// castParams are the params to check.
func (r *request) castParams(e endpoint.Endpoint) any {
	if r.fields == nil {
		return r.params
	}
	return e.Params.FromText(r.fields)
}
