// Command notewire is the server and its tools: serve, dev, migrate, user,
// token. It is the only package that sees all others: it opens the engine,
// and wires feed, hub, API and sockets together.
//
// Settings come from flags, over environment variables (NOTEWIRE_* named after
// the flag), over a YAML file (--config). The exit status is 0, 1 (failed) or
// 2 (usage).
//
// Every goroutine that a command starts belongs to one errgroup in that
// command's Run and ends before Run returns.
package main
