package api

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the drive's checksum on the wire, not a safeguard
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"notewire/api/endpoint"
	"os"
)

// readUpload reads a form with one file. The file goes to disk while it comes, but
// only once its sender is admitted: a file that comes before any token waits in
// memory, where there is no more room than for any other body. The fields are
// bounded like any body.
func (s *Server) readUpload(ctx context.Context, w http.ResponseWriter, r *request, e endpoint.Endpoint, parts *multipart.Reader) bool {
	var early *earlyFile
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
		if r.file != nil || early != nil {
			w.WriteHeader(http.StatusBadRequest)
			return false
		}
		if _, given, _ := r.token(); !given {
			if early, err = s.holdFile(part); err != nil {
				s.refuseUpload(ctx, w, r, err)
				return false
			}
			continue
		}
		if !s.admitUpload(ctx, w, r, e) {
			return false
		}
		if r.file, err = s.keepFile(part.FileName(), part); err != nil {
			s.refuseUpload(ctx, w, r, err)
			return false
		}
	}
	if early != nil {
		if !s.admitUpload(ctx, w, r, e) {
			return false
		}
		var err error
		if r.file, err = s.keepFile(early.name, bytes.NewReader(early.content)); err != nil {
			s.refuseUpload(ctx, w, r, err)
			return false
		}
	}
	if r.file == nil {
		w.WriteHeader(http.StatusBadRequest)
		return false
	}
	return true
}

// earlyFile is a file that came before anybody could say whose it is.
type earlyFile struct {
	name    string
	content []byte
}

// holdFile reads a file into memory. errNobodysFile: it does not fit there.
func (s *Server) holdFile(part *multipart.Part) (*earlyFile, error) {
	content, err := io.ReadAll(io.LimitReader(uploadReader{part}, s.config.MaxBody+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > s.config.MaxBody {
		return nil, errNobodysFile
	}
	return &earlyFile{part.FileName(), content}, nil
}

// admitUpload finds out who uploads and whether they may. If it answers false, the
// request was answered.
func (s *Server) admitUpload(ctx context.Context, w http.ResponseWriter, r *request, e endpoint.Endpoint) bool {
	refused := s.identify(ctx, r)
	if refused == nil {
		refused = s.pipeline.Admit(r.caller, e)
	}
	if refused != nil {
		s.writeError(w, refused)
		return false
	}
	return true
}

// refuseUpload answers a request whose file could not be taken.
func (s *Server) refuseUpload(ctx context.Context, w http.ResponseWriter, r *request, err error) {
	switch {
	case errors.Is(err, errNobodysFile):
		s.writeError(w, endpoint.ErrCredentialRequired)
	case errors.Is(err, errFileTooLarge):
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	case errors.Is(err, errUploadBroken):
		w.WriteHeader(http.StatusBadRequest)
	default:
		s.writeError(w, s.fail(ctx, r.name, err))
	}
}

var (
	// errFileTooLarge says that an upload was larger than Config.MaxFileSize.
	errFileTooLarge = errors.New("file too large")
	// errNobodysFile says that a file came before a token and was too large to wait
	// for one.
	errNobodysFile = errors.New("a large file before a token")
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

// keepFile writes a file to disk under a temporary name.
func (s *Server) keepFile(name string, content io.Reader) (_ *endpoint.Upload, err error) {
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
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(uploadReader{content}, s.config.MaxFileSize+1))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("writing an upload: %w", err)
	}
	if n > s.config.MaxFileSize {
		return nil, errFileTooLarge
	}
	return &endpoint.Upload{Name: name, Path: f.Name(), Size: n, MD5: hex.EncodeToString(sum.Sum(nil))}, nil
}

// discardFile removes an upload that the endpoint did not move away.
func (r *request) discardFile() {
	if r.file != nil {
		_ = os.Remove(r.file.Path) // gone already, as a rule
	}
}
