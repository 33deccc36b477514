package postgres_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"notewire/store"
	"notewire/store/postgres"
	"notewire/store/postgres/pgtest"
)

// An error is one line that says what is wrong and carries no password.
func TestOpenRefuses(t *testing.T) {
	const password = "correct-horse"
	there, err := url.Parse(pgtest.Shared(t).TCPURL(pgtest.Shared(t).NewDatabase(t).Name))
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*url.URL)) string {
		u := *there
		change(&u)
		return u.String()
	}
	for _, c := range []struct{ name, url, says string }{
		{"no such database", with(func(u *url.URL) { u.Path = "/none" }), `database "none" does not exist`},
		{"a wrong password", with(func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), password) }), "password authentication failed"},
		{"nobody there", "postgres://me:" + password + "@127.0.0.1:1/db", "127.0.0.1:1"},
		{"no URL", "postgres://me:" + password + "@host:port/db", ""},
		{"a bad setting", "postgres://me:" + password + "@127.0.0.1/db?pool_max_conns=many", "pool_max_conns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, err := postgres.Open(t.Context(), c.url, postgres.Options{Logger: quiet})
			if err == nil {
				_ = db.Close()
				t.Fatal("it was opened")
			}
			own, _ := there.User.Password()
			if text := err.Error(); !strings.Contains(text, c.says) || strings.Contains(text, password) || strings.Contains(text, own) || strings.Contains(text, "\n") {
				t.Errorf("error %q, want one line with %q and no password", text, c.says)
			}
		})
	}
}

func TestReadOnly(t *testing.T) {
	u, err := url.Parse(pgtest.Shared(t).NewDatabase(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("default_transaction_read_only", "on")
	u.RawQuery = q.Encode()
	db, err := postgres.Open(t.Context(), u.String(), postgres.Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(t.Context()); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("error %v, want ErrReadOnly", err)
	}
}

func TestPoolSize(t *testing.T) {
	base := pgtest.Shared(t).NewDatabase(t).URL
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("pool_max_conns", "3")
	u.RawQuery = q.Encode()
	for _, c := range []struct {
		name, url string
		o         postgres.Options
		want      int32
	}{
		{"by default", base, postgres.Options{}, 16},
		{"of the options", base, postgres.Options{MaxConns: 2}, 2},
		{"of the URL", u.String(), postgres.Options{}, 3},
		{"of both", u.String(), postgres.Options{MaxConns: 5}, 5},
	} {
		c.o.Logger = quiet
		db, err := postgres.Open(t.Context(), c.url, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if got := db.MaxConns(); got != c.want {
			t.Errorf("%s: %d connections, want %d", c.name, got, c.want)
		}
		_ = db.Close()
	}
}

// Behind a pooler, sessions change between transactions: nothing is prepared
// in them, and migrations, which lock in theirs, go past the pooler.
func TestPastAPooler(t *testing.T) {
	fresh := pgtest.Shared(t).NewDatabase(t).URL
	prepared := func(o postgres.Options) (n int) {
		t.Helper()
		o.Logger = quiet
		db, err := postgres.Open(t.Context(), fresh, o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if err := db.Querier().QueryRow(t.Context(), "SELECT count(*) FROM pg_prepared_statements").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := prepared(postgres.Options{}); n == 0 {
		t.Error("without a pooler, statements are not prepared")
	}
	if n := prepared(postgres.Options{ListenURL: fresh + "&application_name=direct"}); n != 0 {
		t.Errorf("through a pooler, %d statements are prepared", n)
	}

	migrate := func(listen string) error {
		t.Helper()
		db, err := postgres.Open(t.Context(), fresh, postgres.Options{ListenURL: listen, Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		return db.Migrate(t.Context())
	}
	if err := migrate("postgres://me@127.0.0.1:1/db?sslmode=disable"); err == nil {
		t.Error("migrated through the pooler")
	}
	if err := migrate(fresh + "&application_name=direct"); err != nil {
		t.Errorf("past the pooler: %v", err)
	}
}
