// Package notecapture knows which connection captured which note, and tells
// it what happens to that note as long as its viewer may see it.
//
// # Ownership
//
// There is one Registry per shard. It and its Sets belong to the shard's
// goroutine: nothing in this package locks, starts a goroutine, does I/O or
// waits. A Set belongs to one connection and ends with Set.End.
//
// # Rules
//
// Captures count references: two Subs need two Unsubs. A Set holds a bounded
// number of notes, past which the one captured first is dropped. Whether the
// viewer may see a note is asked when something happens to it, never when it
// is captured, so that no query is needed and nobody learns from a capture
// whether a note exists. Reactions of users whom the viewer mutes are not
// told, votes are. A deletion ends all captures of its note.
//
// A capture whose client asked for cursors has a Cursor, which belongs to the
// same goroutine: it says which events are news, gives their frames' cursors,
// and takes the frames. Explicit ends (Unsub, the limit, Set.End) end it; a
// deletion does not, since what it holds is still to be sent.
//
// # Cost
//
// An event costs what it delivers: one look-up, then the captors of that
// note. One frame is built for all of them. A capture takes 24 bytes, and a
// captured note about 100 once, however many captured it.
//
// # Imports
//
// protocol, store, store/visibility and the standard library.
package notecapture
