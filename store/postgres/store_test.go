package postgres_test

import (
	"testing"

	"notewire/store/postgres"
	"notewire/store/postgres/pgtest"
	"notewire/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Database {
		url := pgtest.Shared(t).NewDatabase(t).URL
		return storetest.Database{Open: func(t *testing.T) storetest.Node {
			db, err := postgres.Open(t.Context(), url, postgres.Options{Logger: quiet})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			return storetest.Node{DB: db.DB, Schema: db}
		}}
	})
}
