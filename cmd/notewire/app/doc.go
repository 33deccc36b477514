// Package app is the server as it ships: the listener, the HTTP server with its
// deadlines, the API, the streaming sessions, the hub, the feed and the database,
// wired together. The command serve runs it, the command dev runs it with other
// settings, and tests that claim to test the program run it as well, so that
// what they test is what ships.
//
//	a, err := app.New(ctx, app.Config{Listen: "127.0.0.1:0", Database: app.DatabaseConfig{URL: "sqlite:notewire.db"}})
//	…
//	err = a.Run(ctx) // until ctx ends, then the clients are sent away
//
// # Life
//
// New fills the defaults in, refuses settings that cannot work (SettingError),
// opens the listeners and the database, and migrates the database. Connections
// are accepted by the kernel from then on, and nobody is answered before Run.
// Run reads where the event log ends, lets clients in, calls Hooks.Ready, and
// serves until its context ends. Then it drains: /readyz and new upgrades answer
// 503, what is queued goes out, every socket is closed with 1012, calls that are
// under way are finished, and the feed and the database end last. Run has closed
// everything when it returns. An App that is never run is closed by Close.
//
// # Goroutines
//
// All goroutines belong to one errgroup in Run and have ended when Run returns.
// New starts none, but those of the database's pool, which end with Close. The
// methods of App may be called from any goroutine.
//
// # Settings
//
// Config has every setting and every limit, each with its unit and its default.
// A zero field means the default. The package reads neither flags, files nor
// the environment: commands translate those, and Default tells them what to
// offer.
//
// # Imports
//
// Everything but other commands and the command line's parser. Nothing imports
// this package but commands and tests.
package app
