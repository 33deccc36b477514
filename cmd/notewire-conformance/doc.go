// Command notewire-conformance holds a running notewire against a contract folder: the OpenAPI description of Misskey's
// endpoints (misskey/api.json) and recordings of what a real Misskey said and was told (misskey/transcripts/*.jsonl).
//
// It owns the process that it starts and the connections that it opens; both end with it. It imports nothing of the server:
// it sees only what any client sees, the address that serve prints, HTTP and websockets. Nothing of the contract is part of
// this program: the folder is read at run time.
//
// # Suites
//
//   - endpoints: every endpoint that the server and the description have is called; the answer is validated against the
//     response schema, and refusals (no token, no permission, wrong types, missing fields, unknown ids) against the listed errors.
//   - stream: bodies that come over the socket, against the schemas of Note, Notification, UserLite and their kin.
//   - frames, capture, main: recorded conversations are had again, step by step; each connection must get the same frames.
//   - handshake, http: recorded upgrades and HTTP exchanges, head by head.
//   - keys: objects that came in the replays have the keys of their recorded twins.
//
// Where Notewire differs from the recorded Misskey on purpose, a table (differences.go and its neighbours) says what it does
// instead, and why; such a case prints "differs (reason)" when Notewire does exactly that, and FAIL otherwise.
//
// # Waiting
//
// Nothing is waited for by time alone. "Nothing arrived" is known from a marker: a reaction to a note that every connection
// captures, made after the step; events are in order on a connection, so what has not come before the marker does not come.
// Deadlines exist only so that a hanging server fails a run rather than stopping it.
//
// # Goroutines
//
// One goroutine reads each websocket and appends to the stream's frames under its lock; all else runs on the main goroutine.
package main
