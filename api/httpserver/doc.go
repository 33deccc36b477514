// Package httpserver is net/http's server with a deadline on everything that a
// client can make it wait for. It knows no path, no handler and nothing of
// Misskey.
//
// # What is bounded
//
//   - The request line and the headers have to have come within
//     Limits.HeaderTimeout; the next request on a kept connection has to begin
//     within Limits.IdleTimeout.
//   - A request's body has to go on: in each Limits.BodyStall it brings
//     BodyStall × MinRate bytes, or it ends; and it ends within
//     Limits.BodyTimeout however steadily it comes. It does not matter who reads
//     it. net/http itself waits for the rest of a body that no handler wants, up
//     to 256 KB, before it answers and before it takes the next request; that has
//     the same deadline, on every path, for every method and content type, and
//     where no handler was ever asked (Expect, OPTIONS *).
//   - An answer has to be taken: in each half of Limits.AnswerStall that is spent
//     on writing, the client takes at least that half × MinRate bytes, or the
//     connection is reset.
//   - A client that is gone without a word is found by TCP's keep-alive, on
//     listeners that Listen opens.
//
// A handler that takes its time is not bounded here: once a body was read to its
// end, or where there is none, no deadline is left on reading.
//
// # Hijacked connections
//
// A connection that a handler hijacks is a net.Conn with a method
// Detach() net.Conn, which answers the connection beneath without any deadline.
// Its own Write goes on setting deadlines. The answer of Detach is what Accept of
// the listener gave.
//
// # Goroutines
//
// All are net/http's: one for each connection, which end with Close or Shutdown.
//
// # Imports
//
// The standard library, and golang.org/x/sys/unix for options of the listening
// socket.
package httpserver
