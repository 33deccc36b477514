package securitytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"notewire/api"
	"notewire/api/socket"
	"notewire/api/streaming"
	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres"
	"notewire/store/postgres/pgtest"
	"notewire/store/relational"
	"notewire/store/sqlite"
)

// storage is the engine in the shape that package api asks for.
type storage struct{ *relational.DB }

func (s storage) InTx(ctx context.Context, do func(ctx context.Context, tx api.Tx) error) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error { return do(ctx, tx) })
}

// database is an open engine, and how a reader of it is woken.
type database struct {
	eventLog
	rel   *relational.DB
	close func() error
	wakes func(wake, recheck func()) interface {
		Run(ctx context.Context) error
	}
}

// eventLog is the log as readers and replays need it.
type eventLog interface {
	feed.Source
	streaming.EventLog
}

// engine opens a database, once per node. Nodes of one engine share it.
type engine func(t testing.TB) *database

// onSQLite answers an engine with one file, for one node.
func onSQLite(t testing.TB) engine {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notewire.db")
	return func(t testing.TB) *database {
		t.Helper()
		db, err := sqlite.Open(t.Context(), path, sqlite.Options{Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return &database{db, db.DB, db.Close, func(wake, recheck func()) interface{ Run(context.Context) error } {
			db.OnCommit(wake)
			return db.NewWakes(sqlite.WakesConfig{Wake: wake, Recheck: recheck})
		}}
	}
}

// onPostgres answers an engine with one database, for any number of nodes.
func onPostgres(t testing.TB) engine {
	t.Helper()
	url := pgtest.Shared(t).NewDatabase(t).URL
	return func(t testing.TB) *database {
		t.Helper()
		db, err := postgres.Open(t.Context(), url, postgres.Options{MaxConns: 8, Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return &database{db, db.DB, db.Close, func(wake, recheck func()) interface{ Run(context.Context) error } {
			w := db.NewWakes(postgres.WakesConfig{Wake: wake, Recheck: recheck})
			db.OnCommit(func() { wake(); w.Notify() })
			return w
		}}
	}
}

var quiet = slog.New(slog.DiscardHandler)

// node is one whole server on an address of its own.
type node struct {
	testing.TB
	url   string
	addr  string
	db    *database
	stats *streaming.Stats
	conns *socket.Transport
	hub   *streaming.Server
	api   *api.Server
	http  *http.Client // of calls; its connections end with the test
}

// settings are what a test changes before a node starts.
type settings struct {
	api       api.Config
	sockets   socket.Config
	streaming streaming.Config
	handler   func(http.Handler) http.Handler // around everything; nil: nothing
}

// startNode runs a server until the test ends.
func startNode(t testing.TB, open engine, change func(*settings)) *node {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	n := &node{TB: t, db: open(t), stats: new(streaming.Stats), http: &http.Client{Transport: transport}}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.addr = l.Addr().String()
	n.url = "http://" + n.addr
	set := settings{
		api: api.Config{
			BaseURL: n.url, OpenRegistration: true, AllowHost: true, PasswordCost: bcrypt.MinCost, FileDir: t.TempDir(),
			Store: storage{n.db.rel}, Logger: quiet,
		},
		streaming: streaming.Config{Relations: n.db.rel, Reactions: n.db.rel, Log: n.db, Stats: n.stats, Logger: quiet},
	}
	if change != nil {
		change(&set)
	}
	if n.api, err = api.New(set.api); err != nil {
		t.Fatal(err)
	}
	if set.streaming.Access == nil {
		set.streaming.Access = n.db.rel
	} else if a, ok := set.streaming.Access.(*heldAccess); ok {
		a.AccessLoader = n.db.rel
	}
	set.streaming.Notifications, set.streaming.ClientAddr = n.api, n.api.ClientAddr
	set.sockets.Logger = set.streaming.Logger
	if n.conns, err = socket.New(set.sockets); err != nil {
		t.Fatal(err)
	}
	set.streaming.Transport = n.conns
	if n.hub, err = streaming.New(set.streaming); err != nil {
		t.Fatal(err)
	}
	n.run(l, set)
	return n
}

// run starts what the server consists of, and ends it with the test.
func (n *node) run(l net.Listener, set settings) {
	n.Helper()
	reader := feed.NewReader(feed.Config{Source: n.db, Poll: 500 * time.Millisecond, Logger: quiet})
	waker := n.db.wakes(reader.Wake, reader.Recheck)
	begin, err := reader.Init(n.Context())
	if err != nil {
		n.Fatal(err)
	}
	n.hub.Begin(begin)
	mux := http.NewServeMux()
	mux.Handle("/streaming", n.hub)
	mux.Handle("/streaming/", n.hub)
	mux.Handle("/", n.api.Handler())
	var handler http.Handler = mux
	if set.handler != nil {
		handler = set.handler(mux)
	}
	log := set.streaming.Logger
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: orDefault(set.sockets.Limits.HandshakeTimeout, 10*time.Second), IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(n.Context()))
	var parts sync.WaitGroup
	for name, part := range map[string]func(context.Context) error{
		"sockets":   n.conns.Run,
		"streaming": n.hub.Run,
		"feed":      func(ctx context.Context) error { return reader.Run(ctx, n.hub.Handle) },
		"wakes":     waker.Run,
		"api":       n.api.Run,
		"http":      func(context.Context) error { return server.Serve(l) },
	} {
		parts.Go(func() {
			if err := part(ctx); err != nil && ctx.Err() == nil {
				n.Errorf("%s ended: %v", name, err)
			}
		})
	}
	n.Cleanup(func() {
		stop()
		_ = server.Close()
		parts.Wait()
	})
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}

// heldAccess is the look-up of tokens, held up after it has found somebody.
type heldAccess struct {
	streaming.AccessLoader
	found chan struct{} // one for each that was found
	pass  chan struct{} // one lets one go on
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

func str(v any) string {
	s, _ := v.(string)
	return s
}
