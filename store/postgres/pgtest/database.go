package pgtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Database is one that was made for a test.
type Database struct {
	// Name is its name in the cluster.
	Name string
	// URL is [Cluster.URL] of it.
	URL string
}

// CreateDatabase makes an empty database.
func (c *Cluster) CreateDatabase(ctx context.Context) (Database, error) {
	return c.CreateDatabaseFrom(ctx, "template1")
}

// CreateDatabaseFrom makes a database that is a copy of the one named template. Nobody may be connected to that one
// meanwhile: close its pools first. Several copies at the same time are no problem.
func (c *Cluster) CreateDatabaseFrom(ctx context.Context, template string) (Database, error) {
	name := fmt.Sprintf("test_%d", c.names.Add(1))
	sql := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize() + " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	if err := c.exec(ctx, sql); err != nil {
		return Database{}, fmt.Errorf("create database %s from %s: %w", name, template, err)
	}
	return Database{Name: name, URL: c.URL(name)}, nil
}

// DropDatabase removes a database and whoever is still connected to it.
func (c *Cluster) DropDatabase(ctx context.Context, name string) error {
	if err := c.exec(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

// NewDatabase makes an empty database that is dropped when the test ends.
func (c *Cluster) NewDatabase(tb testing.TB) Database {
	tb.Helper()
	return c.NewDatabaseFrom(tb, "template1")
}

// NewDatabaseFrom makes a copy of the database named template, as CreateDatabaseFrom does, that is dropped when the test ends.
func (c *Cluster) NewDatabaseFrom(tb testing.TB, template string) Database {
	tb.Helper()
	db, err := c.CreateDatabaseFrom(tb.Context(), template)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := c.DropDatabase(ctx, db.Name); err != nil {
			tb.Error(err)
		}
	})
	return db
}
