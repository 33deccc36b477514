// Package chaostest holds the tests that break things: the real binary as
// processes, several nodes on one database, while nodes are killed and stopped,
// PostgreSQL is restarted under them and transactions stay open. It has tests
// only; what they prove is told in docs/guarantees.md.
//
// # What a run is made of
//
//   - nodes (fleet): processes of `notewire serve`, built once per test process,
//     with the race detector if the tests have it;
//   - writers: each has an account and posts notes of all kinds, replies,
//     renotes and reactions over HTTP, one after the other, to any node;
//   - viewers: websocket clients with cursors that reconnect, to any node, with
//     the last cursor of each channel;
//   - faults: a schedule that a seed decides entirely, so that a seed that is
//     printed replays it. What the processes make of it differs from run to run;
//   - the truth: after the run, the tables of notes and events;
//   - the oracle: what each viewer must have received by the truth and the
//     rules of store/visibility, held against what it did receive.
//
// A call whose answer was lost is neither done nor undone until the truth says
// which. Relations between users are made before the run and stay.
//
// # Goroutines
//
// Everything that a run starts ends before the run's function returns; a test
// process that dies takes its nodes with it where the system can do that
// (Linux), and its database in any case (store/postgres/pgtest).
//
// # Settings
//
// CHAOS_SECONDS is the length of a run (default: short; `make chaos` has 600),
// CHAOS_SEED its seed (default: drawn, and printed), CHAOS_BINARY a binary to
// test instead of one built from this tree, CHAOS_LOGS a folder in which the
// nodes' logs are kept.
//
// # Imports
//
// store, store/visibility, store/feed (positions) and store/postgres/pgtest,
// and the drivers, since the truth is read past the program.
package chaostest
