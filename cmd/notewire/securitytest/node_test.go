package securitytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"notewire/api/streaming"
	"notewire/cmd/notewire/app"
	"notewire/store"
	"notewire/store/postgres/pgtest"
)

// engine answers the URL of a database. Nodes of one engine share it.
type engine string

// onSQLite answers an engine with one file, for one node.
func onSQLite(t testing.TB) engine {
	t.Helper()
	return engine("sqlite:" + filepath.Join(t.TempDir(), "notewire.db"))
}

// onPostgres answers an engine with one database, for any number of nodes.
func onPostgres(t testing.TB) engine {
	t.Helper()
	return engine(pgtest.Shared(t).NewDatabase(t).URL)
}

var quiet = slog.New(slog.DiscardHandler)

// node is one whole server on an address of its own.
type node struct {
	testing.TB
	url  string
	addr string
	// metricsAddr is that of the listener for metrics; empty: there is none.
	metricsAddr string
	db          *app.Database
	stats       *streaming.Stats
	http        *http.Client // of calls; its connections end with the test
}

// startNode runs the server as it ships until the test ends, on a free port, with
// open registration, remote users and no rate limits, and with what else the
// test changes.
func startNode(t testing.TB, on engine, change func(*app.Config)) *node {
	t.Helper()
	cfg := app.Config{
		Listen: "127.0.0.1:0", OpenRegistration: true, SignupHost: true, WithoutRateLimits: true,
		Database: app.DatabaseConfig{URL: string(on), MaxConns: 8},
		API:      app.APILimits{Files: t.TempDir(), PasswordCost: bcrypt.MinCost},
		Logger:   quiet,
	}
	if change != nil {
		change(&cfg)
	}
	a, err := app.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	n := &node{TB: t, url: a.URL(), addr: a.Addr(), metricsAddr: a.MetricsAddr(), db: a.Database(), stats: a.Stats(), http: &http.Client{Transport: transport}}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the node ended: %v", err)
		}
	})
	return n
}

// heldAccess is the look-up of tokens, held up after it has found somebody.
type heldAccess struct {
	streaming.AccessLoader
	found chan struct{} // one for each that was found
	pass  chan struct{} // one lets one go on
}

// around holds up the look-up that it is given.
func (a *heldAccess) around(ships streaming.AccessLoader) streaming.AccessLoader {
	a.AccessLoader = ships
	return a
}

func (a *heldAccess) AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error) {
	who, err := a.AccessLoader.AccessByTokenHash(ctx, hash)
	return held(ctx, a, who, err)
}

func (a *heldAccess) EntryByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Entry, error) {
	who, err := a.AccessLoader.EntryByTokenHash(ctx, hash)
	return held(ctx, a, who, err)
}

func held[V any](ctx context.Context, a *heldAccess, who *V, err error) (*V, error) {
	a.found <- struct{}{}
	select {
	case <-a.pass:
		return who, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// person is somebody with an account.
type person struct {
	name, token string
	id          store.UserID
}

const password = "pass-word-of-everybody"

// post calls an endpoint and answers the status and the body as it came.
func (n *node) post(token, endpoint string, params map[string]any) (int, []byte) {
	n.Helper()
	all := map[string]any{}
	for k, v := range params {
		all[k] = v
	}
	if token != "" {
		all["i"] = token
	}
	body, err := json.Marshal(all)
	if err != nil {
		n.Fatal(err)
	}
	return n.send(http.MethodPost, "/api/"+endpoint, bytes.NewReader(body), map[string]string{"Content-Type": "application/json"})
}

// send makes one request and answers the status and the body as it came.
func (n *node) send(method, path string, body io.Reader, header map[string]string) (int, []byte) {
	n.Helper()
	ctx, cancel := context.WithTimeout(n.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, n.url+path, body)
	if err != nil {
		n.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := n.http.Do(req)
	if err != nil && header["X-Panic"] != "" {
		return 0, nil // the server reset the connection
	}
	if err != nil {
		n.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		n.Fatal(err)
	}
	return res.StatusCode, answer
}

// must calls an endpoint that has to succeed and decodes its answer.
func (n *node) must(token, endpoint string, params map[string]any) map[string]any {
	n.Helper()
	status, body := n.post(token, endpoint, params)
	if status/100 != 2 {
		n.Fatalf("%s answered %d %s", endpoint, status, body)
	}
	var answer map[string]any
	if len(body) > 0 && body[0] == '{' {
		if err := json.Unmarshal(body, &answer); err != nil {
			n.Fatal(err)
		}
	}
	return answer
}

// signUp makes an account; a name with a host is a remote one.
func (n *node) signUp(name string) person {
	n.Helper()
	username, host, remote := strings.Cut(name, "@")
	params := map[string]any{"username": username, "password": password}
	if remote {
		params["host"] = host
	}
	me := n.must("", "signup", params)
	return person{name, str(me["token"]), store.UserID(str(me["id"]))}
}

// appToken makes an app token.
func (n *node) appToken(p person, permissions ...string) string {
	n.Helper()
	return str(n.must(p.token, "miauth/gen-token", map[string]any{"session": nil, "permission": permissions})["token"])
}

// field is a string of a decoded answer.
func field(t testing.TB, answer []byte, name string) string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(answer, &members); err != nil {
		t.Fatal(err)
	}
	return str(members[name])
}

// sampled waits until a sample of /metrics has a value.
func (n *node) sampled(sample string, want int) {
	n.Helper()
	n.eventually(fmt.Sprintf("%s does not become %d", sample, want), func() bool {
		res, err := n.http.Get("http://" + n.metricsAddr + "/metrics")
		if err != nil {
			n.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			n.Fatal(err)
		}
		return strings.Contains(string(text), fmt.Sprintf("\n%s %d\n", sample, want))
	})
}

// eventually asks again and again until the answer is yes, for what nothing tells
// of: a counter, or room that somebody leaves. Otherwise it says what is wrong.
func (n *node) eventually(problem string, ok func() bool) {
	n.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			n.Fatal(problem)
		}
	}
}

func str(v any) string {
	s, _ := v.(string)
	return s
}
