// Package coalesce lets look-ups that come at once go to the database as one
// query: after a restart all clients come back together, and a query costs this
// process ten times what one more row in it does.
//
// # Contract
//
// No look-up is delayed for the sake of others. A look-up that finds fewer than
// Config.AtOnce queries under way is a query of its own, at once, in its
// caller's goroutine. A look-up that finds more waits until the first of those
// queries ends. The next query then answers it together with the others that
// gathered meanwhile: at most Config.MaxKeys, those that waited longest first.
//
// A look-up is never answered by a query that began before the look-up did, so
// its answer is true of an instant after the call. A token that was revoked
// before the call is therefore not found. And a caller that keeps back a
// viewer's changes from before the call on has all changes that the answer may
// lack.
//
// A caller whose context ends gets the context's error. The query that it waited
// for goes on for the other callers, and is cancelled when all of them have
// gone. The query has none of the values of its callers' contexts.
//
// If a query fails, all its callers get the error, and the look-ups are not
// tried again one by one: keys are hashes and ids, none of which can break a
// statement, so the database itself is in trouble, and a hundred queries instead
// of one would not help it. An error that concerns one row goes only to whoever
// asked for that row. A panic in a query becomes an error for its callers.
//
// Two callers that look the same key up get the same value, so values must not
// be changed.
//
// Queries that answer several look-ups run in goroutines that end when no caller
// waits any more, so there is nothing to stop. The package imports store and the
// standard library.
package coalesce
