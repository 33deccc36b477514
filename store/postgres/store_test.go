package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"notewire/store/postgres"
	"notewire/store/postgres/pgtest"
	"notewire/store/storetest"
)

func TestStore(t *testing.T) {
	cluster := pgtest.Shared(t)
	template := cluster.NewDatabase(t)
	db, err := postgres.Open(t.Context(), template.URL, postgres.Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil { // a database in use cannot be copied
		t.Fatal(err)
	}
	storetest.Run(t,
		func(t *testing.T) storetest.Database { return nodesOf(t, cluster.NewDatabase(t)) },
		func(t *testing.T) storetest.Database { return nodesOf(t, cluster.NewDatabaseFrom(t, template.Name)) })
}

// nodesOf opens nodes, and fails a test after which the server has counted a
// deadlock: transactions take their locks in one order, so that running them
// again is for the unforeseen.
func nodesOf(t *testing.T, d pgtest.Database) storetest.Database {
	t.Cleanup(func() { // after the nodes are closed: their counts are in
		ctx := context.WithoutCancel(t.Context())
		conn, err := pgx.Connect(ctx, d.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(ctx) }()
		var deadlocks int
		if err := conn.QueryRow(ctx, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&deadlocks); err != nil {
			t.Fatal(err)
		}
		if deadlocks > 0 {
			t.Errorf("%d deadlocks", deadlocks)
		}
	})
	return storetest.Database{Open: func(t *testing.T) storetest.Node {
		db, err := postgres.Open(t.Context(), d.URL, postgres.Options{Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return storetest.Node{DB: db.DB, Schema: db, Source: db, Streams: db.StreamReads(), Conns: int(db.MaxConns())}
	}}
}
