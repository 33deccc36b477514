// Package securitytest holds the tests that try to get in, to see too much, and
// to wear the server out: the whole server, wired as the program wires it, in
// the test's own process (so the race detector sees it) but over real TCP. It
// has tests only; what they prove is told in docs/guarantees.md.
//
//   - revocation: sessions end on every node when their token or account does;
//   - leaks: random people, relations and notes, and every channel, capture and
//     endpoint held against an oracle that shares no code with the server;
//   - secrets: a whole scenario, and not one token or password in its log;
//   - hostile clients: what they cost, what closes them, and what it does to
//     everybody else.
//
// # Goroutines
//
// A node and every client end with their test; TestMain looks for leaks.
//
// # Imports
//
// Everything that cmd/notewire imports, and store/postgres/pgtest.
package securitytest
