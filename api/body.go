package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"strconv"
	"strings"
)

// readRequest reads params and file. If it answers false, the request was
// answered already. How long a client may take to send what it announced is the
// HTTP server's to know (api/httpserver).
func (s *Server) readRequest(ctx context.Context, w http.ResponseWriter, r *request, e endpoint.Endpoint) bool {
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
		if r.ContentLength > s.config.MaxFileSize+s.config.MaxBody {
			w.WriteHeader(http.StatusRequestEntityTooLarge) // nothing of it has to come
			return false
		}
		return s.readUpload(ctx, w, r, e, multipart.NewReader(r.Body, form["boundary"]))
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

// castParams are the params to check.
func (r *request) castParams(e endpoint.Endpoint) any {
	if r.fields == nil {
		return r.params
	}
	return e.Params.FromText(r.fields)
}
