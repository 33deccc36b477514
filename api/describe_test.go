package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"notewire/api/storage"
	"notewire/store"
)

func TestMeta(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.OpenRegistration = false })
	m := w.must("", "meta", map[string]any{})
	if at(m, "version") != misskeyVersion || at(m, "uri") != "http://nw.example:3000" || at(m, "disableRegistration") != true ||
		at(m, "maxNoteTextLength") != 3000.0 || at(m, "features", "miauth") != false {
		t.Errorf("got %v", m)
	}
	if lite := w.must("", "meta", map[string]any{"detail": false}); at(lite, "features") != nil || at(lite, "name") != "Notewire" {
		t.Errorf("got %v", lite)
	}
	w.fails("", "meta", map[string]any{"detail": "yes"}, 400, "INVALID_PARAM")
}

func TestStats(t *testing.T) {
	w := newWorld(t, nil)
	w.signUp("alice")
	w.must("", "signup", map[string]any{"username": "dave", "password": "x", "host": "other.example"})
	s := w.must("", "stats", map[string]any{})
	if at(s, "usersCount") != 2.0 || at(s, "originalUsersCount") != 1.0 || at(s, "instances") != 1.0 || at(s, "notesCount") != 0.0 {
		t.Errorf("got %v", s)
	}
}

func TestEndpoints(t *testing.T) {
	w := newWorld(t, nil)
	names := list(w.must("", "endpoints", map[string]any{}))
	for _, want := range []any{"endpoint", "endpoints", "i", "i/notifications", "i/update", "meta", "ping", "users/show"} {
		if !slices.Contains(names, want) {
			t.Errorf("%v lacks %v", names, want)
		}
	}
	if slices.Contains(names, "signup") {
		t.Error("signup is no endpoint")
	}
	if got := w.must("", "ping", map[string]any{}); at(got, "pong") == nil {
		t.Errorf("ping: %v", got)
	}
}

type emojiCreator interface {
	CreateEmoji(ctx context.Context, e *store.Emoji) error
}

func TestEmojis(t *testing.T) {
	w := newWorld(t, nil)
	w.signUp("alice")
	w.transact(func(ctx context.Context, work storage.Tx) error {
		emojis, ok := work.(emojiCreator)
		if !ok {
			return errors.New("the engine makes no emojis")
		}
		for _, e := range []store.Emoji{{ID: "e1", Name: "a", URL: "/x.png", Aliases: []string{"b"}}, {ID: "e2", Name: "r", Host: "other.example", URL: "http://other.example/r"}} {
			if err := emojis.CreateEmoji(ctx, &e); err != nil {
				return err
			}
		}
		return nil
	})
	all := w.must("", "emojis", map[string]any{})
	if len(list(at(all, "emojis"))) != 1 || at(all, "emojis", 0, "name") != "a" || at(all, "emojis", 0, "url") != "http://nw.example:3000/x.png" {
		t.Errorf("got %v", all)
	}
	if _, got := w.get("/api/emojis"); at(got, "emojis", 0, "name") != "a" {
		t.Errorf("GET: %v", got)
	}
	if got := w.must("", "emoji", map[string]any{"name": "a"}); at(got, "id") != "e1" || at(got, "host") != nil {
		t.Errorf("got %v", got)
	}
	w.fails("", "emoji", map[string]any{"name": "r"}, 400, "NO_SUCH_EMOJI")
	w.fails("", "emoji", map[string]any{}, 400, "INVALID_PARAM")
}

func TestNodeinfo(t *testing.T) {
	w := newWorld(t, nil)
	w.signUp("alice")
	_, links := w.get("/.well-known/nodeinfo")
	if at(links, "links", 0, "href") != "http://nw.example:3000/nodeinfo/2.1" {
		t.Errorf("got %v", links)
	}
	for _, version := range []string{"2.0", "2.1"} {
		status, doc := w.get("/nodeinfo/" + version)
		if status != 200 || at(doc, "version") != version || at(doc, "software", "name") != "misskey" || at(doc, "metadata", "implementation", "name") != "notewire" ||
			at(doc, "openRegistrations") != true || at(doc, "usage", "users", "total") != 1.0 {
			t.Errorf("%s: got %d %v", version, status, doc)
		}
	}
	if status, _ := w.get("/nodeinfo/1.0"); status != 404 {
		t.Errorf("an old version got %d", status)
	}
}

func TestIdenticon(t *testing.T) {
	w := newWorld(t, nil)
	fetch := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		return rec
	}
	a, again, b := fetch("/identicon/alice@nw.example:3000"), fetch("/identicon/alice@nw.example:3000"), fetch("/identicon/%3Cscript%3E")
	if a.Code != 200 || a.Header().Get("Content-Type") != "image/svg+xml" || a.Header().Get("X-Content-Type-Options") != "nosniff" || a.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("got %d %v", a.Code, a.Header())
	}
	if !bytes.Equal(a.Body.Bytes(), again.Body.Bytes()) || bytes.Equal(a.Body.Bytes(), b.Body.Bytes()) {
		t.Error("the picture does not follow the name")
	}
	if bytes.Contains(b.Body.Bytes(), []byte("script")) {
		t.Error("the name is in the picture")
	}
}

func TestConfigIsChecked(t *testing.T) {
	good := Config{BaseURL: "https://nw.example/", Store: &fakeStore{}}
	if s, err := New(good); err != nil || s.config.BaseURL != "https://nw.example" || s.config.RequestTimeout != 30*time.Second || s.limiter != nil {
		t.Errorf("got %+v %v", s, err)
	}
	for name, change := range map[string]func(*Config){
		"no url":       func(c *Config) { c.BaseURL = "" },
		"url and path": func(c *Config) { c.BaseURL = "https://nw.example/x" },
		"ftp":          func(c *Config) { c.BaseURL = "ftp://nw.example" },
		"no store":     func(c *Config) { c.Store = nil },
		"cost":         func(c *Config) { c.PasswordCost = 99 },
		"folder":       func(c *Config) { c.FileDir = "/nowhere/at/all" },
		"negative":     func(c *Config) { c.MaxBody = -1 },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// What meta names as media proxy shows this server's pictures and is no way to
// another one.
func TestMediaProxy(t *testing.T) {
	w := newWorld(t, nil)
	proxy := strings.TrimPrefix(text(at(w.must("", "meta", map[string]any{}), "mediaProxy")), "http://nw.example:3000")
	get := func(of string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, proxy+"/image.webp?url="+url.QueryEscape(of), nil))
		return rec
	}
	for _, of := range []string{"http://nw.example:3000/files/x", "http://nw.example:3000/identicon/a@nw.example:3000"} {
		if rec := get(of); rec.Code != http.StatusFound || rec.Header().Get("Location") != of {
			t.Errorf("%s: %d %v", of, rec.Code, rec.Header())
		}
	}
	for _, of := range []string{"", "http://other.example/files/x", "//other.example/files/x", "http://nw.example:3000.other.example/files/x",
		"http://nw.example:3000/api/i", "http://nw.example:3000//other.example/files/x", "http://nw.example:3000/\\other.example/files/"} {
		if rec := get(of); rec.Code != http.StatusNotFound {
			t.Errorf("%q: %d %v", of, rec.Code, rec.Header())
		}
	}
}
