package postgres_test

import (
	"testing"

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
		func(t *testing.T) storetest.Database { return nodesOf(cluster.NewDatabase(t)) },
		func(t *testing.T) storetest.Database { return nodesOf(cluster.NewDatabaseFrom(t, template.Name)) })
}

func nodesOf(d pgtest.Database) storetest.Database {
	return storetest.Database{Open: func(t *testing.T) storetest.Node {
		db, err := postgres.Open(t.Context(), d.URL, postgres.Options{Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return storetest.Node{DB: db.DB, Schema: db}
	}}
}
