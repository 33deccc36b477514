// Package notecapture knows which connection captured which note, and says whom to
// tell when something happens to that note: every captor whose viewer may see it.
// It builds no frames. What a captor is sent is the captor's own matter, since
// protocols differ in it.
//
// # Ownership
//
// There is one Registry per shard of package channel. It and its Sets belong to the
// shard's goroutine: nothing in this package locks, starts a goroutine, does I/O or
// waits, and Captor and Cursor are called from that goroutine only. A Set belongs to
// one connection and ends with Set.End.
//
// # Rules
//
// Captures count references: two Subs need two Unsubs. A Set holds a bounded number
// of notes, past which the one captured first is dropped. Whether the viewer may see
// a note is asked when something happens to it, never when it is captured. No query
// is needed for it, and nobody learns from a capture whether a note exists. Viewers
// are not told of reactions by users whom they mute; they are told of those users'
// votes. A deletion ends all captures of its note.
//
// A capture whose client asked for cursors has a Cursor. Unsub, the limit and Set.End
// end the cursor together with the capture. A deletion ends the capture only, since
// what the cursor holds back is still to be sent.
//
// # Cost
//
// An event costs what it delivers: one look-up, then the captors of that note. A
// capture takes 24 bytes, and a captured note about 100, once for all its captors.
//
// # Imports
//
// Packages store and store/visibility, and the standard library.
package notecapture
