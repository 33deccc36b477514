// Package api answers Misskey's HTTP API under /api/, and the few plain paths
// beside it (nodeinfo, health, identicons, stored files).
//
// # What it owns
//
// One registry of endpoints (registry.go), a file per endpoint, and one
// pipeline that every call goes through, whether it came over HTTP or, later,
// through the stream (Server.Invoke): secure → rate limit → credential →
// suspension → role → permission → validation → the endpoint's function.
// An endpoint is a typed function with its metadata; see define.
//
// What an endpoint changes, it changes in one transaction (Call.Transact),
// whose last statements append the events that tell of it: an event without
// its cause, or a cause without its event, cannot be written. This package
// never speaks to a socket.
//
// # Who may touch what
//
// A Server is safe for concurrent use. Calls share nothing but the limiter
// (one mutex, no I/O under it) and the queue of unread reminders (a mutex, one
// goroutine of Server.Run). Registry, schemas and Config are read-only after New.
//
// # Files
//
// Config.FileDir belongs to this package, on every node that shares it.
// Uploads under way are upload-*.tmp in it; a finished one has its key, a
// random UUID, as its name and never changes. It is there before the drive's
// row is, so a crash may leave a file without a row, never a row without a file.
// What is served comes only by a key that the drive knows.
//
// # How it stops
//
// Server.Run blocks until its context ends and its goroutines have; reminders that were not due by then
// are dropped, since the unread mark in /api/i tells the same. The HTTP server
// around Handler belongs to the caller. No other goroutine is started here.
//
// # Secrets
//
// Access tokens and passwords are never logged and never part of an error.
// Tokens are hashed as soon as they are read (store.HashToken) and looked up by hash.
// Request logs carry the path without its query.
//
// It may import protocol, store and store/visibility, and of other people's
// libraries echo, uuid, x/crypto and x/time.
package api
