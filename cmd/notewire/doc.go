// Command notewire is the server and its tools: serve, dev, migrate, user,
// token. It translates what people ask for to the Config of cmd/notewire/app,
// which is the server, and to operations on accounts.
//
// Settings come from flags, over environment variables (NOTEWIRE_* named after
// the flag), over a YAML file (--config). The exit status is 0, 1 (failed) or
// 2 (usage).
//
// It starts no goroutines: those of the server end before app.App.Run returns.
//
// It may import cmd/notewire/app, api, store, store/relational and the parser of
// the command line.
package main
