package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"notewire/api/endpoint"
	"notewire/api/media"
	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/relational"
)

// upload sends a file as a browser does; fields are pairs of names and values.
func (w *noteWorld) upload(who, filename string, content []byte, fields ...string) (int, []byte) {
	w.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := m.WriteField(fields[i], fields[i+1]); err != nil {
			w.Fatal(err)
		}
	}
	if who != "" {
		if err := m.WriteField("i", "t-"+who); err != nil {
			w.Fatal(err)
		}
	}
	part, err := m.CreateFormFile("file", filename)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		w.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/api/drive/files/create", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	return rec.Code, rec.Body.Bytes()
}

// uploads demands that it works.
func (w *noteWorld) uploads(who, filename string, content []byte, fields ...string) map[string]any {
	w.Helper()
	status, body := w.upload(who, filename, content, fields...)
	if status != http.StatusOK {
		w.Fatalf("uploading %s: %d %s", filename, status, body)
	}
	return w.object(body)
}

// onDisk are the names in the file directory.
func (w *noteWorld) onDisk() []string {
	w.Helper()
	entries, err := os.ReadDir(w.config.FileDir)
	if err != nil {
		w.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// get asks for a path or an address of this server.
func (w *noteWorld) get(method, address string, header ...string) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequest(method, strings.TrimPrefix(address, w.config.BaseURL), nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	return rec
}

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

func TestDriveUpload(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "mod")
	content := picture(t, "png")
	f := w.uploads("ann", "cat.png", content, "comment", "a cat", "isSensitive", "true")
	if got := keep(f, "name", "type", "size", "isSensitive", "comment", "folderId", "userId", "user"); got !=
		fmt.Sprintf(`name="cat.png" type="image/png" size=%d isSensitive=true comment="a cat" folderId=null userId=null user=null`, len(content)) {
		t.Errorf("answered %s", got)
	}
	if at(f["properties"], "width") != 7.0 || at(f["properties"], "height") != 5.0 {
		t.Errorf("size %v", f["properties"])
	}
	events := w.log()
	if len(events) != 2 || events[0].Topic != store.MainTopic(userID("ann")) || events[0].Type != "driveFileCreated" ||
		events[1].Topic != store.PrefixDrive+string(userID("ann")) || events[1].Type != "fileCreated" {
		t.Fatalf("told %v", events)
	}
	for _, e := range events {
		if b := w.object(e.Body); b["id"] != f["id"] || b["url"] != f["url"] {
			t.Errorf("%s carries %v", e.Type, b)
		}
	}
	address := fmt.Sprint(f["url"])
	if disk := w.onDisk(); len(disk) != 1 || address != "http://nw.example:3000/files/"+disk[0] {
		t.Errorf("on disk %v, address %s", disk, address)
	}
	if got := w.get(http.MethodGet, address); got.Code != http.StatusOK || !bytes.Equal(got.Body.Bytes(), content) {
		t.Errorf("GET: %d", got.Code)
	}

	for _, p := range []params{{"fileId": f["id"]}, {"url": address}} {
		shown := w.object(w.call("ann", "drive/files/show", p))
		if shown["id"] != f["id"] || shown["userId"] != string(userID("ann")) || at(shown["user"], "username") != "ann" {
			t.Errorf("shown %v", shown)
		}
		w.refuses("bob", "drive/files/show", p, errFileAccessDenied)
	}
	w.change("mod", func(u *store.User) { u.IsModerator = true })
	w.call("mod", "drive/files/show", params{"fileId": f["id"]})
	for _, p := range []params{{"fileId": "none"}, {"url": "http://other.example/x"}, {"url": address + "x"}} {
		w.refuses("ann", "drive/files/show", p, errDriveNoSuchFile)
	}
	w.refuses("ann", "drive/files/show", params{}, endpoint.ErrInvalidParam)
	if got := keep(w.object(w.call("ann", "drive", nil)), "usage", "capacity"); got != fmt.Sprintf("usage=%d capacity=104857600", len(content)) {
		t.Errorf("drive: %s", got)
	}
	w.guarded(map[string]string{"drive": "read:drive", "drive/files/show": "read:drive"}, params{"fileId": "x"})
}

func TestDriveUploadRefused(t *testing.T) {
	w := newNoteWorld(t, "ann")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateToken(ctx, &store.AccessToken{ID: "app", UserID: userID("ann"), Hash: store.HashToken("t-app"), Permissions: []string{"read:drive"}, LastUsedAt: w.now})
	})
	refused := func(who, filename string, want *endpoint.Error, fields ...string) {
		t.Helper()
		status, body := w.upload(who, filename, []byte("x"), fields...)
		if status != want.HTTPStatus() || !strings.Contains(string(body), want.ID) {
			t.Errorf("%s %v: %d %s, want %s", filename, fields, status, body, want.Code)
		}
	}
	refused("", "a.txt", endpoint.ErrCredentialRequired)
	refused("app", "a.txt", endpoint.ErrPermissionDenied)
	refused("ann", "a.txt", errInvalidFileName, "name", "a/b")
	refused("ann", "a.txt", errInvalidFileName, "name", `a\b`)
	refused("ann", "a.txt", errInvalidFileName, "name", "..")
	refused("ann", strings.Repeat("a", 201), errInvalidFileName)
	refused("ann", "a.txt", endpoint.ErrInvalidParam, "comment", strings.Repeat("a", 513))
	refused("ann", "a.txt", endpoint.ErrInvalidParam, "folderId", "f1")
	refused("ann", "a.txt", endpoint.ErrInvalidParam, "force", "maybe")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateFile(ctx, &store.File{ID: "big", UserID: userID("ann"), Size: int64(protocol.DefaultPolicies().DriveCapacityMb) << 20, Key: "big"})
	})
	refused("ann", "a.txt", errNoFreeSpace)
	if disk := w.onDisk(); len(disk) != 0 {
		t.Errorf("refused uploads left %v", disk)
	}
	w.tells("")

	w.config.MaxFileSize = 10
	if status, _ := w.upload("ann", "a.txt", make([]byte, 11)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a file that is too large: %d", status)
	}
	if disk := w.onDisk(); len(disk) != 0 {
		t.Errorf("an upload that is too large left %v", disk)
	}
}

// The same content is kept once, unless the client insists, also when it comes
// several times at once.
func TestDriveUploadTwice(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	content := []byte("the same")
	ids, mu := map[any]bool{}, sync.Mutex{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			_, body := w.upload("ann", "a.txt", content)
			mu.Lock()
			defer mu.Unlock()
			ids[w.object(body)["id"]] = true
		})
	}
	wg.Wait()
	if len(ids) != 1 || len(w.onDisk()) != 1 {
		t.Errorf("kept %v, on disk %v", ids, w.onDisk())
	}
	if n := len(w.log()); n != 2 {
		t.Errorf("%d events for one file", n)
	}
	if f := w.uploads("ann", "b.txt", content, "isSensitive", "true"); !ids[f["id"]] || f["isSensitive"] != true || f["name"] != "a.txt" {
		t.Errorf("the same again: %v", f)
	}
	w.tells("")
	if f := w.uploads("ann", "b.txt", content, "force", "true"); ids[f["id"]] || f["name"] != "b.txt" {
		t.Errorf("by force: %v", f)
	}
	if f := w.uploads("bob", "a.txt", content); ids[f["id"]] {
		t.Error("bob was given ann's file")
	}
	if disk := w.onDisk(); len(disk) != 3 {
		t.Errorf("on disk %v", disk)
	}
	w.change("bob", func(u *store.User) { u.Settings.AlwaysMarkNsfw = true })
	if f := w.uploads("bob", "c.txt", []byte("other")); f["isSensitive"] != true {
		t.Errorf("always sensitive: %v", f)
	}
}

func TestServeFile(t *testing.T) {
	w := newNoteWorld(t, "ann")
	png := picture(t, "png")
	shown := fmt.Sprint(w.uploads("ann", "cät.png", png)["url"])
	html := fmt.Sprint(w.uploads("ann", `e"vil.html`, []byte("<script>alert(1)</script>"))["url"])
	if err := os.WriteFile(filepath.Join(w.config.FileDir, "upload-1.tmp"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	safe := func(rec *httptest.ResponseRecorder) {
		t.Helper()
		if rec.Header().Get("X-Content-Type-Options") != "nosniff" || rec.Header().Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
			t.Errorf("headers %v", rec.Header())
		}
	}
	for _, c := range []struct{ address, typ, disposition string }{
		{shown, "image/png", "inline; filename*=utf-8''c%C3%A4t.png"},
		{html, media.UnknownType, `attachment; filename="e\"vil.html"`},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			rec := w.get(method, c.address)
			safe(rec)
			h := rec.Header()
			if rec.Code != http.StatusOK || h.Get("Content-Type") != c.typ || h.Get("Content-Disposition") != c.disposition ||
				h.Get("Cache-Control") != "public, max-age=31536000, immutable" {
				t.Errorf("%s %s: %d %v", method, c.address, rec.Code, h)
			}
			if method == http.MethodHead && rec.Body.Len() != 0 {
				t.Errorf("HEAD with a body: %q", rec.Body)
			}
		}
	}
	rec := w.get(http.MethodGet, shown, "Range", "bytes=1-3")
	if rec.Code != http.StatusPartialContent || rec.Body.String() != "PNG" {
		t.Errorf("range: %d %q", rec.Code, rec.Body)
	}
	if rec := w.get(http.MethodGet, shown, "Range", "bytes=9999999-"); rec.Code != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("a range beyond the end: %d", rec.Code)
	}
	if again := w.get(http.MethodGet, shown, "If-None-Match", rec.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("unchanged: %d", again.Code)
	}
	key := filepath.Base(shown)
	for _, path := range []string{
		"/files/upload-1.tmp", "/files/..%2f" + key, "/files/%2e%2e%2fetc%2fpasswd", "/files/../files/" + key + "/x", "/files/", "/files/" + key + "%00",
		"/files/" + strings.ToUpper(key), "/files/00000000-0000-4000-8000-000000000000",
	} {
		rec := w.get(http.MethodGet, path)
		if rec.Code != http.StatusNotFound || strings.Contains(rec.Body.String(), "secret") {
			t.Errorf("%s: %d %q", path, rec.Code, rec.Body)
		}
	}
	if err := os.Remove(filepath.Join(w.config.FileDir, key)); err != nil {
		t.Fatal(err)
	}
	gone := w.get(http.MethodGet, shown)
	safe(gone)
	if gone.Code != http.StatusNotFound || gone.Header().Get("Cache-Control") != "" {
		t.Errorf("a lost file: %d %v", gone.Code, gone.Header())
	}
}

// unsure commits and then says that it failed, as a lost connection does.
type unsure struct{ engineStorage }

func (s unsure) InTx(ctx context.Context, do func(context.Context, storage.Tx) error) error {
	if err := s.engineStorage.InTx(ctx, do); err != nil {
		return err
	}
	return errors.New("connection lost")
}

// A file that the drive knows is never removed, whatever the call was told.
func TestDriveUploadUnsure(t *testing.T) {
	w := newNoteWorld(t, "ann")
	w.serveWith(func(c *Config) { c.Store = unsure{w.db} })
	if status, body := w.upload("ann", "a.txt", []byte("x")); status != http.StatusInternalServerError {
		t.Errorf("%d %s", status, body)
	}
	disk := w.onDisk()
	if len(disk) != 1 {
		t.Fatalf("on disk %v", disk)
	}
	if _, err := w.db.FileByKey(t.Context(), disk[0]); err != nil {
		t.Error(err)
	}
}

// sendForm posts a form whose parts are as they are given: name and content, a file
// where the name is "file".
func (w *noteWorld) sendForm(header map[string]string, parts ...[2]string) (int, string) {
	w.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, p := range parts {
		var err error
		if p[0] == "file" {
			part, made := m.CreateFormFile("file", "a.txt")
			if err = made; err == nil {
				_, err = io.WriteString(part, p[1])
			}
		} else {
			err = m.WriteField(p[0], p[1])
		}
		if err != nil {
			w.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		w.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/api/drive/files/create", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	for name, value := range header {
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// neverOnDisk does something that must not write any file.
func (w *noteWorld) neverOnDisk(do func()) {
	w.Helper()
	// A folder that takes no file fails whoever writes one.
	dir := w.config.FileDir
	if err := os.Remove(dir); err != nil {
		w.Fatal(err)
	}
	do()
	if err := os.Mkdir(dir, 0o750); err != nil {
		w.Fatal(err)
	}
}

// Nothing of a file is written before its sender is known and allowed.
func TestUploadsAreAdmittedFirst(t *testing.T) {
	w := newNoteWorld(t, "ann", "sus")
	w.change("sus", func(u *store.User) { u.IsSuspended = true })
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateToken(ctx, &store.AccessToken{ID: "app", UserID: userID("ann"), Hash: store.HashToken("t-app"), Permissions: []string{"read:drive"}, LastUsedAt: w.now})
	})
	large := strings.Repeat("x", int(w.config.MaxBody)+1)
	w.neverOnDisk(func() {
		for _, c := range []struct {
			what, code string
			parts      [][2]string
		}{
			{"nobody", "CREDENTIAL_REQUIRED", [][2]string{{"file", "x"}}},
			{"nobody, with much", "CREDENTIAL_REQUIRED", [][2]string{{"file", large}}},
			{"a token behind too much", "CREDENTIAL_REQUIRED", [][2]string{{"file", large}, {"i", "t-ann"}}},
			{"a wrong token", "AUTHENTICATION_FAILED", [][2]string{{"i", "wrong"}, {"file", "x"}}},
			{"a wrong token behind the file", "AUTHENTICATION_FAILED", [][2]string{{"file", "x"}, {"i", "wrong"}}},
			{"somebody suspended", "YOUR_ACCOUNT_SUSPENDED", [][2]string{{"i", "t-sus"}, {"file", "x"}}},
			{"a token without permission", "PERMISSION_DENIED", [][2]string{{"i", "t-app"}, {"file", "x"}}},
		} {
			if status, body := w.sendForm(nil, c.parts...); status < 400 || status >= 500 || !strings.Contains(body, c.code) {
				t.Errorf("%s: %d %s, want %s", c.what, status, body, c.code)
			}
		}
		if status, body := w.sendForm(map[string]string{"Authorization": "Bearer wrong"}, [2]string{"file", "x"}); !strings.Contains(body, "AUTHENTICATION_FAILED") {
			t.Errorf("a wrong bearer token: %d %s", status, body)
		}
	})
	for what, parts := range map[string][][2]string{
		"i first": {{"i", "t-ann"}, {"file", "one"}}, "i behind a small file": {{"file", "two"}, {"i", "t-ann"}},
	} {
		if status, body := w.sendForm(nil, parts...); status != http.StatusOK {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	if status, body := w.sendForm(map[string]string{"Authorization": "Bearer t-ann"}, [2]string{"file", large}); status != http.StatusOK {
		t.Errorf("a bearer token and a large file: %d %s", status, body)
	}
}

// What announces more than a file may have is refused before any of it comes.
func TestUploadsThatAnnounceTooMuch(t *testing.T) {
	w := newNoteWorld(t, "ann")
	r := httptest.NewRequest(http.MethodPost, "/api/drive/files/create", iotest.ErrReader(errors.New("the body was read")))
	r.ContentLength = w.config.MaxFileSize + w.config.MaxBody + 1
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d %s", rec.Code, rec.Body)
	}
}

// An SVG is a picture, and no script in it ever runs.
func TestServeSVG(t *testing.T) {
	w := newNoteWorld(t, "ann")
	f := w.uploads("ann", "a", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`))
	if f["type"] != "image/svg+xml" || f["name"] != "a.svg" {
		t.Fatalf("uploaded %v", f)
	}
	h := w.get(http.MethodGet, fmt.Sprint(f["url"])).Header()
	if h.Get("Content-Type") != "image/svg+xml" || h.Get("Content-Security-Policy") != "default-src 'none'; style-src 'unsafe-inline'; sandbox" ||
		h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("served with %v", h)
	}
}

func TestUsersShowIsBounded(t *testing.T) {
	w := newNoteWorld(t, "ann")
	ids := make([]string, 101)
	for i := range ids {
		ids[i] = fmt.Sprint("u", i)
	}
	w.refuses("ann", "users/show", params{"userIds": ids}, endpoint.ErrInvalidParam)
	w.call("ann", "users/show", params{"userIds": ids[:100]})
}
