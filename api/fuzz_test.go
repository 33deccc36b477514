package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"notewire/api/action"
	"notewire/store"
	"notewire/store/sqlite"
)

// FuzzRequest sends any body to any endpoint, signed in, through everything
// that a request goes through. Whatever comes is answered by JSON or by endpoint.Nothing,
// and never with INTERNAL_ERROR: that is a fault of the server's, not of the client's.
func FuzzRequest(f *testing.F) {
	for _, seed := range []struct{ name, contentType, body string }{
		{"notes/create", "application/json", `{"text":"hello @ann #tag :x:","visibility":"specified","visibleUserIds":["a","a"],"poll":{"choices":["1","2"],"expiresAt":99999999999999}}`},
		{"notes/create", "application/json", `{"text":"\u0000","cw":"","channelId":null,"replyId":"x","renoteId":"x"}`},
		{"i/update", "application/json", `{"name":null,"fields":[{"name":"a","value":"b"}],"mutedWords":[["a"],"/(/"],"birthday":"2000-02-31","mutedInstances":["A.example"],"notificationRecieveConfig":{}}`},
		{"notes/timeline", "application/json", `{"limit":1e2,"sinceId":"0","untilId":"zzzz","sinceDate":-1,"untilDate":1e300}`},
		{"users/show", "application/json", `{"userIds":["a","b"],"username":"ann","host":"\ud800"}`},
		{"signup", "application/json", `{"username":"ann","password":"x","host":"a.example:99999"}`},
		{"signin", "application/json", `{"username":"ann\u0000","password":"` + strings.Repeat("x", 100) + `"}`},
		{"mute/create", "application/json", `{"userId":"a","expiresAt":-9e18}`},
		{"i/notifications", "application/json", `{"includeTypes":["reaction"],"excludeTypes":[],"limit":1}`},
		{"drive/files/create", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../x.png\"\r\n\r\n\x89PNG\r\n\x1a\n\r\n--b\r\nContent-Disposition: form-data; name=\"isSensitive\"\r\n\r\ntrue\r\n--b--\r\n"},
		{"meta", "text/plain", `{"detail":true}`},
		{"ping", "application/json; charset=\"", `{"__proto__":{}}`},
		{"ping", "application/json", strings.Repeat("[", 5000)},
	} {
		f.Add(seed.name, seed.contentType, []byte(seed.body))
	}
	s, token := fuzzServer(f)
	f.Fuzz(func(t *testing.T, name, contentType string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/api/x", bytes.NewReader(body))
		r.URL.Path = "/api/" + name // whatever is in it
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Bearer "+token)
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, r)
		switch answer := rec.Body.Bytes(); {
		case bytes.Contains(answer, []byte(`"INTERNAL_ERROR"`)):
			t.Errorf("%q %q %q was answered with %d %s", name, contentType, body, rec.Code, answer)
		case len(answer) > 0 && !json.Valid(answer):
			t.Errorf("%q %q %q was answered with %d %q", name, contentType, body, rec.Code, answer)
		}
	})
}

// fuzzServer is a server with one account, whose token it answers.
func fuzzServer(f *testing.F) (s *Server, token string) {
	f.Helper()
	db, err := sqlite.Open(f.Context(), filepath.Join(f.TempDir(), "fuzz.db"), sqlite.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(f.Context()); err != nil {
		f.Fatal(err)
	}
	s, err = New(Config{
		BaseURL: "http://nw.example", OpenRegistration: true, AllowHost: true, PasswordCost: bcrypt.MinCost,
		FileDir: f.TempDir(), MaxFileSize: 1 << 16, Store: engineStorage{db.DB},
	})
	if err != nil {
		f.Fatal(err)
	}
	// Neither the first, who may do more and cannot be deleted by themself, nor
	// somebody whose password is easy to come upon.
	for _, name := range []string{"root", "ann"} {
		me, err := s.nobody(&request{}).CreateAccount(f.Context(), action.NewAccount{Username: name, Password: store.NewAppToken()})
		if err != nil {
			f.Fatal(err)
		}
		token = me.Token
	}
	return s, token
}
