// Package coalesce lets look-ups that come at once go to the database as one
// query: after a restart all clients come back together, and a query costs this
// process ten times what one more row in it does.
//
// # Contract
//
// Nobody is delayed for the sake of others. A look-up that finds fewer than
// Config.AtOnce queries under way goes out at once, in its caller's goroutine.
// One that finds more waits until the first of them ends, and goes out with all
// that gathered meanwhile, Config.MaxKeys at most, the longest wait first.
//
// A look-up is never answered by a query that began before it: what it is told
// is true of an instant after the call. So a token that was revoked before the
// call is not found, and a viewer's changes that are kept back from before the
// call on are all that what was loaded can lack.
//
// A caller whose context ends is answered its error; the query that it waited
// for goes on for the others, and is cancelled when all of them have gone. It
// has none of their contexts' values.
//
// The failure of a query is that of all who are in it, and it is not tried again
// for each of them: what is looked up are hashes and ids, of which none can break a
// statement, so it is the database that is in trouble, and a hundred queries
// instead of one would not help it. What is wrong with one row is told to
// whoever asked for that one. A panic of a query is an error for those in it.
//
// Two who look the same key up get the same value, so values are read only.
//
// Queries of several are run in goroutines that end when nobody waits any more:
// there is nothing to stop. It imports store and the standard library.
package coalesce
