package main

import (
	"fmt"
	"log/slog"

	"notewire/cmd/notewire/app"
)

// migrateCmd brings the database to this program's schema. serve does it as
// well; this is for those who want it done before.
type migrateCmd struct {
	databaseFlags
	Check bool `help:"Only say which schema the database has; end with 1 if it is not this program's." env:"-"`
}

// Run implements the command.
func (m *migrateCmd) Run(env *environment, log *slog.Logger) error {
	cfg := m.databaseFlags.config()
	cfg.MustExist = m.Check
	db, err := app.OpenDatabase(env.ctx, cfg, log)
	if err != nil {
		return settingMistake(err)
	}
	defer func() { _ = db.Close() }()
	if !m.Check {
		if err := db.Migrate(env.ctx); err != nil {
			return err
		}
	}
	have, want, err := db.Version(env.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "schema %d of %d\n", have, want)
	if have != want {
		return fmt.Errorf("the database has schema %d, this program needs %d: run notewire migrate", have, want)
	}
	return nil
}
