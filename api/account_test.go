package api

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"notewire/api/action"
	"notewire/store"
)

func TestSignup(t *testing.T) {
	w := newWorld(t, nil)
	me := w.must("", "signup", map[string]any{"username": "Alice", "password": "x"})
	token := text(at(me, "token"))
	if len(token) != 16 || at(me, "username") != "Alice" || at(me, "host") != nil || at(me, "isAdmin") != true {
		t.Errorf("got %v", me)
	}
	if got := w.must(token, "i", map[string]any{}); at(got, "id") != at(me, "id") || at(got, "token") != nil {
		t.Errorf("i: got %v", got)
	}
	remote := w.must("", "signup", map[string]any{"username": "alice", "password": "x", "host": "Other.Example"})
	if at(remote, "host") != "other.example" || at(remote, "isAdmin") != false {
		t.Errorf("remote: got %v", remote)
	}
	for _, c := range []struct {
		name   string
		params map[string]any
		want   string
	}{
		{"taken", map[string]any{"username": "aLICE", "password": "x"}, "Error: DUPLICATED_USERNAME"},
		{"too long", map[string]any{"username": strings.Repeat("a", 21), "password": "x"}, "Error: INVALID_USERNAME"},
		{"not a word", map[string]any{"username": "a b", "password": "x"}, "Error: INVALID_USERNAME"},
		{"no name", map[string]any{"password": "x"}, "Error: INVALID_USERNAME"},
		{"number", map[string]any{"username": 5, "password": "x"}, "Error: INVALID_USERNAME"},
		{"no password", map[string]any{"username": "bob"}, "Error: INVALID_PASSWORD"},
		{"bad host", map[string]any{"username": "bob", "password": "x", "host": "a/b"}, "Error: INVALID_HOST"},
	} {
		if status, body := w.post("", "signup", c.params); status != 400 || at(body, "message") != c.want {
			t.Errorf("%s: got %d %v", c.name, status, body)
		}
	}
}

func TestSignupClosed(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.OpenRegistration = false })
	if me := w.must("", "signup", map[string]any{"username": "alice", "password": "x"}); at(me, "isAdmin") != true {
		t.Errorf("the first account: got %v", me)
	}
	for range 2 {
		if status, body := w.post("", "signup", map[string]any{"username": "bob", "password": "x"}); status != 400 || body != nil {
			t.Errorf("the second account: got %d %v", status, body)
		}
	}
}

func TestSignupIgnoresHost(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.AllowHost = false })
	if me := w.must("", "signup", map[string]any{"username": "alice", "password": "x", "host": "other.example"}); at(me, "host") != nil {
		t.Errorf("a host was taken from a stranger: %v", me)
	}
}

func TestSignin(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	w.events()

	in := w.must("", "signin-flow", map[string]any{"username": "ALICE", "password": testPassword})
	if at(in, "finished") != true || at(in, "id") != string(alice.ID) {
		t.Errorf("signin-flow: got %v", in)
	}
	main := "mainStream:" + string(alice.ID)
	told := w.wantEvents(main+" notification", main+" signin")
	if at(told[0].Body, "type") != "login" {
		t.Errorf("notification: %v", told[0].Body)
	}
	if b := told[1].Body; at(b, "success") != true || at(b, "ip") != "192.0.2.1" || at(b, "headers", "content-type") != "application/json" || at(b, "id") == nil || at(b, "createdAt") == nil {
		t.Errorf("signin: %v", b)
	}
	again := w.must("", "signin", map[string]any{"username": "alice", "password": testPassword})
	tokens := []any{alice.Token, at(in, "i"), at(again, "i")}
	for i, tok := range tokens {
		if status, _ := w.post(text(tok), "i", map[string]any{}); status != 200 || slices.Index(tokens, tok) != i {
			t.Errorf("token %d of %d got %d", i, len(tokens), status)
		}
	}

	for _, c := range []struct {
		name, path string
		params     map[string]any
		status     int
		id         any
	}{
		{"step one", "signin-flow", map[string]any{"username": "alice"}, 200, nil},
		{"wrong password", "signin-flow", map[string]any{"username": "alice", "password": "x"}, 403, "932c904e-9460-45b7-9ce6-7ed33be7eb2c"},
		{"wrong password, old way", "signin", map[string]any{"username": "alice", "password": "x"}, 403, "932c904e-9460-45b7-9ce6-7ed33be7eb2c"},
		{"unknown", "signin-flow", map[string]any{"username": "nobody", "password": "x"}, 404, "6cc579cc-885d-43d8-95c2-b8c7fc963280"},
		{"no name", "signin-flow", map[string]any{"password": "x"}, 400, nil},
		{"no password, old way", "signin", map[string]any{"username": "alice"}, 400, nil},
		{"number", "signin", map[string]any{"username": "alice", "password": 5}, 400, nil},
	} {
		status, body := w.post("", c.path, c.params)
		if status != c.status || at(body, "error", "id") != c.id {
			t.Errorf("%s: got %d %v", c.name, status, body)
		}
		if c.name == "step one" && (at(body, "finished") != false || at(body, "next") != "password") {
			t.Errorf("%s: got %v", c.name, body)
		}
	}

	w.change(alice, func(u *store.User) { u.IsSuspended = true })
	if status, body := w.post("", "signin", map[string]any{"username": "alice", "password": testPassword}); status != 403 || at(body, "error", "id") != "e03a5f46-d309-4865-9b69-56282d94e1eb" {
		t.Errorf("suspended: got %d %v", status, body)
	}
}

func TestSigninKeepsSecretsOut(t *testing.T) {
	h := harmless(http.Header{"Authorization": {"Bearer x"}, "Cookie": {"x"}, "Proxy-Authorization": {"x"}, "User-Agent": {"a", "b"}})
	if len(h) != 1 || h["user-agent"] != "a, b" {
		t.Errorf("got %v", h)
	}
}

func TestSigninIsThrottled(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RateLimits = true })
	in := map[string]any{"username": "nobody", "password": "x"}
	for range 10 {
		if status, body := w.post("", "signin", in); status != 404 {
			t.Fatalf("got %d %v", status, body)
		}
		w.now = w.now.Add(time.Second)
	}
	if status, body := w.post("", "signin-flow", in); status != 429 || at(body, "error", "code") != "TOO_MANY_AUTHENTICATION_FAILURES" {
		t.Errorf("the eleventh try got %d %v", status, body)
	}
}

func TestOldestNativeTokensGo(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	app := w.appToken(alice, "read:account")
	var newest string
	for range action.MaxNativeTokens {
		newest = text(at(w.must("", "signin", map[string]any{"username": "alice", "password": testPassword}), "i"))
	}
	if status, _ := w.post(alice.Token, "i", map[string]any{}); status != 401 {
		t.Errorf("the oldest token got %d", status)
	}
	for _, tok := range []string{newest, app} {
		if status, _ := w.post(tok, "i", map[string]any{}); status != 200 {
			t.Errorf("a token that should live got %d", status)
		}
	}
	revoked := 0
	for _, e := range w.events() {
		if e.Topic == store.TopicInternal && e.Type == store.InternalTokenRevoked {
			revoked++
		}
	}
	if revoked != 1 {
		t.Errorf("%d revocations were told, want 1", revoked)
	}
}

func TestRegenerateToken(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	second := text(at(w.must("", "signin", map[string]any{"username": "alice", "password": testPassword}), "i"))
	app := w.appToken(alice, "read:account")
	w.fails(alice.Token, "i/regenerate-token", map[string]any{"password": "x"}, 400, "INCORRECT_PASSWORD")
	w.fails(app, "i/regenerate-token", map[string]any{"password": testPassword}, 400, "ACCESS_DENIED")
	w.fails(alice.Token, "i/regenerate-token", map[string]any{}, 400, "INVALID_PARAM")
	w.events()

	w.must(second, "i/regenerate-token", map[string]any{"password": testPassword})
	told := w.wantEvents("mainStream:"+string(alice.ID)+" myTokenRegenerated", "internal userTokenRegenerated")
	if told[0].Body != nil || at(told[1].Body, "userId") != string(alice.ID) || len(list(at(told[1].Body, "tokenIds"))) != 2 {
		t.Errorf("got %v", told)
	}
	for _, tok := range []string{alice.Token, second} {
		if status, _ := w.post(tok, "i", map[string]any{}); status != 401 {
			t.Errorf("a native token got %d", status)
		}
	}
	if status, _ := w.post(app, "i", map[string]any{}); status != 200 {
		t.Errorf("the app token got %d", status)
	}
}

func TestAppTokens(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob := w.signUp("alice"), w.signUp("bob")
	token := text(at(w.must(alice.Token, "miauth/gen-token", map[string]any{
		"session": "s", "name": "App", "permission": []string{"read:account"},
	}), "token"))
	w.appToken(alice)
	if len(token) != 32 {
		t.Errorf("token of %d characters", len(token))
	}
	w.fails(token, "miauth/gen-token", map[string]any{"session": nil, "permission": []string{}}, 400, "ACCESS_DENIED")
	w.fails(alice.Token, "miauth/gen-token", map[string]any{"session": nil, "permission": []string{"a", "a"}}, 400, "INVALID_PARAM")
	w.must(token, "i", map[string]any{}) // is noted as a use
	w.events()

	apps := list(w.must(alice.Token, "i/apps", map[string]any{"sort": "+lastUsedAt"}))
	if len(apps) != 2 || at(apps, 0, "name") != "App" || at(apps, 0, "lastUsedAt") == nil || at(apps, 1, "lastUsedAt") != nil ||
		!slices.Equal(list(at(apps, 0, "permission")), []any{"read:account"}) {
		t.Errorf("got %v", apps)
	}
	if first := list(w.must(alice.Token, "i/apps", map[string]any{})); at(first, 0, "id") != at(apps, 0, "id") {
		t.Errorf("by default the oldest is not first: %v", first)
	}

	id := at(apps, 0, "id")
	w.must(bob.Token, "i/revoke-token", map[string]any{"tokenId": id})
	if status, _ := w.post(token, "i", map[string]any{}); status != 200 {
		t.Errorf("somebody else revoked the token: %d", status)
	}
	w.wantEvents()
	w.must(alice.Token, "i/revoke-token", map[string]any{"tokenId": id})
	told := w.wantEvents("internal userTokenRevoked")
	if !slices.Equal(list(at(told[0].Body, "tokenIds")), []any{id}) {
		t.Errorf("got %v", told)
	}
	if status, _ := w.post(token, "i", map[string]any{}); status != 401 {
		t.Errorf("a revoked token got %d", status)
	}
	third := w.appToken(alice, "read:account")
	w.must(alice.Token, "i/revoke-token", map[string]any{"token": third})
	w.must(alice.Token, "i/revoke-token", map[string]any{"token": alice.Token}) // native ones are not apps
	w.must(alice.Token, "i", map[string]any{})
	if left := list(w.must(alice.Token, "i/apps", map[string]any{})); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	w.fails(alice.Token, "i/revoke-token", map[string]any{}, 400, "INVALID_PARAM")
}

func TestDeletedAccountsHaveNoTokens(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	w.change(alice, func(u *store.User) { u.IsDeleted = true })
	w.fails(alice.Token, "i", map[string]any{}, 401, "AUTHENTICATION_FAILED")
	if status, _ := w.post("", "signin", map[string]any{"username": "alice", "password": testPassword}); status != 404 {
		t.Errorf("signing in got %d", status)
	}
}

func TestSigninOverHTTPHasMisskeysHeaders(t *testing.T) {
	w := newWorld(t, nil)
	r := httptest.NewRequest(http.MethodPost, "/api/signin", strings.NewReader(`{"username":"x","password":"y"}`))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	if got := rec.Body.String(); got != `{"error":{"id":"6cc579cc-885d-43d8-95c2-b8c7fc963280"}}` || rec.Header().Get("Content-Type") != jsonType {
		t.Errorf("got %s %v", got, rec.Header())
	}
}
