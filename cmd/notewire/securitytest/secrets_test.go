package securitytest

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"notewire/cmd/notewire/app"
	"notewire/store"
)

// output collects what is logged.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Everything that people do with tokens and passwords, and everything that goes
// wrong meanwhile, with the log at its most talkative: none of them is in it, in
// none of the ways in which they might be written.
func TestNoSecretIsLogged(t *testing.T) {
	for name, handler := range map[string]func(io.Writer, *slog.HandlerOptions) slog.Handler{
		"text": func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) },
		"json": func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(w, o) },
	} {
		t.Run(name, func(t *testing.T) {
			out := new(output)
			log := slog.New(handler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
			n := startNode(t, onSQLite(t), func(cfg *app.Config) {
				cfg.Logger = log
				cfg.Hooks.Handler = func(h http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if r.Header.Get("X-Panic") != "" {
							panic("somewhere above the API") // net/http logs it
						}
						h.ServeHTTP(w, r)
					})
				}
			})
			secrets := scenario(t, n)
			logged := out.String()
			for what, secret := range secrets {
				if len(secret) < 4 {
					t.Fatalf("%s is no secret: %q", what, secret)
				}
				hash := store.HashToken(secret)
				for form, s := range map[string]string{
					"as it is": secret, "hashed": fmt.Sprintf("%x", hash[:]), "as bytes": fmt.Sprintf("%d", []byte(secret)), "in hex": fmt.Sprintf("%x", secret),
				} {
					if strings.Contains(logged, s) {
						t.Errorf("%s is in the log, %s: %s", what, form, lineWith(logged, s))
					}
				}
			}
			for _, want := range []string{"connection opened", "connection closed", "/api/i", "panic"} {
				if !strings.Contains(logged, want) {
					t.Errorf("the log lacks %q, so it says too little to prove anything:\n%s", want, logged)
				}
			}
		})
	}
}

func lineWith(text, what string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Contains(line, what) {
			return line
		}
	}
	return ""
}

// scenario does everything once and answers every secret that was used.
func scenario(t *testing.T, n *node) map[string]string {
	t.Helper()
	secrets := map[string]string{"the password": password, "a wrong password": "wrong-pass-word", "a new password": "new-pass-word", "an unknown token": "unknownTokenAbcd"}
	root, bob := n.signUp("root"), n.signUp("bob")
	secrets["root's token"], secrets["bob's token"] = root.token, bob.token
	second := str(n.must("", "signin-flow", map[string]any{"username": "bob", "password": password})["i"])
	app := n.appToken(bob, "read:account")
	secrets["a second token"], secrets["an app token"] = second, app

	// Tokens in every place where a client may put them, right and wrong.
	for _, token := range []string{bob.token, app, secrets["an unknown token"]} {
		n.post(token, "i", nil)
		n.send(http.MethodGet, "/api/notes/show?i="+token+"&noteId=x", nil, nil)
		n.send(http.MethodGet, "/api/no/such?i="+token, nil, nil)
		n.send(http.MethodGet, "/nowhere?i="+token, nil, nil)
		for _, path := range []string{"/nowhere/", "/api/", "/files/", "/nodeinfo/", "/streaming/"} {
			n.send(http.MethodGet, path+token, nil, nil)
			n.send(http.MethodPost, path+token, nil, nil)
		}
		n.send(http.MethodPost, "/api/i?i="+token, strings.NewReader("{"), map[string]string{"Content-Type": "application/json"})
		n.send(http.MethodPost, "/api/i", strings.NewReader(`{"i":"`+token+`"`), map[string]string{"Content-Type": "application/json"})
		n.send(http.MethodPost, "/api/i", strings.NewReader(`i=`+token), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
		n.send(http.MethodPost, "/api/i", nil, map[string]string{"Authorization": "Bearer " + token})
		n.send(http.MethodPost, "/api/i", nil, map[string]string{"Authorization": "Bearer " + token, "X-Panic": "yes"})
		n.send(http.MethodGet, "/streaming?i="+token, nil, nil) // no upgrade
		if c, _ := n.tryOpen(token); c != nil {
			c.join("main", "m", nil)
			c.say("connect", map[string]any{"channel": token, "id": token})
			c.say("api", map[string]any{"endpoint": "i", "data": map[string]any{"i": token}})
			_ = c.conn.CloseNow()
			c.closed()
		}
		sendRaw(t, n, "GET /streaming?i="+token+" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n")
		sendRaw(t, n, "GET /streaming?i="+token+" HTTP/9.9\r\n\r\n")
		sendRaw(t, n, "NONSENSE "+token+"\r\n\r\n")
		sendRaw(t, n, "GET /streaming?i="+token+";x HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("y", 70<<10)+"\r\n\r\n")
	}
	n.post("", "signin", map[string]any{"username": "bob", "password": secrets["a wrong password"]})
	n.post("", "signin", map[string]any{"username": "bob\x00", "password": secrets["a wrong password"]})
	n.post("", "signup", map[string]any{"username": "bob", "password": secrets["a wrong password"]})
	n.post(bob.token, "i/change-password", map[string]any{"currentPassword": secrets["a wrong password"], "newPassword": secrets["a new password"]})
	n.must(bob.token, "i/change-password", map[string]any{"currentPassword": password, "newPassword": secrets["a new password"]})
	n.post(app, "i/delete-account", map[string]any{"password": secrets["a new password"]})
	n.post(bob.token, "i/revoke-token", map[string]any{"token": app})
	n.post(root.token, "admin/accounts/create", map[string]any{"username": "bob", "password": secrets["a wrong password"]})
	made := n.must(root.token, "admin/accounts/create", map[string]any{"username": "joe", "password": secrets["a wrong password"]})
	secrets["joe's token"] = str(made["token"])
	n.must(bob.token, "i/regenerate-token", map[string]any{"password": secrets["a new password"]})

	// The database goes away: every call fails inside.
	_ = n.db.Close()
	for _, token := range []string{root.token, second} {
		n.post(token, "i", nil)
		n.send(http.MethodPost, "/api/i", nil, map[string]string{"Authorization": "Bearer " + token})
		n.tryOpen(token)
	}
	n.post("", "signin", map[string]any{"username": "root", "password": password})
	return secrets
}

// sendRaw sends bytes and reads what comes back, if anything does.
func sendRaw(t *testing.T, n *node, text string) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", n.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, text) // the server may have had enough before the end
	_, _ = io.Copy(io.Discard, io.LimitReader(conn, 1<<10))
}
