package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"notewire/store"
)

func testMigrateFromEmpty(t *testing.T, d Database) {
	node := d.Open(t)
	have, want, err := node.Version(t.Context())
	if err != nil || have != 0 || want == 0 {
		t.Fatalf("an empty database: have %d, want %d, %v", have, want, err)
	}
	for range 2 { // the second time there is nothing to do
		if err := node.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if have, want, err = node.Version(t.Context()); err != nil || have != want {
			t.Fatalf("after migrating: have %d, want %d, %v", have, want, err)
		}
	}
}

func testMigrateManyNodes(t *testing.T, d Database) {
	nodes := make([]Node, 4)
	for i := range nodes {
		nodes[i] = d.Open(t)
	}
	errs := make([]error, len(nodes))
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i, n := range nodes {
		wg.Go(func() {
			<-begin
			errs[i] = n.Migrate(t.Context())
		})
	}
	close(begin)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	// Each migration was applied once.
	var rows, versions int
	if err := nodes[0].DB.Querier().QueryRow(t.Context(), "SELECT count(*), count(DISTINCT version_id) FROM schema_version").Scan(&rows, &versions); err != nil {
		t.Fatal(err)
	}
	if rows != versions {
		t.Errorf("%d migrations were recorded, of %d versions", rows, versions)
	}
}

func testMigrateRefusesNewer(t *testing.T, d Database) {
	node := d.Open(t)
	ctx := context.WithoutCancel(t.Context())
	if err := node.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	_, want, err := node.Version(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := node.DB.Querier().Exec(ctx, "INSERT INTO schema_version (version_id, is_applied) VALUES ($1, TRUE)", want+1); err != nil {
		t.Fatal(err)
	}
	if err := d.Open(t).Migrate(ctx); !errors.Is(err, store.ErrSchemaTooNew) {
		t.Errorf("migrating a newer database: %v, want ErrSchemaTooNew", err)
	}
}
