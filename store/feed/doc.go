// Package feed reads the event log: every committed event exactly once, none
// of a transaction that was rolled back, and a cause before its effects.
//
// # Why it is not "id > cursor"
//
// Event ids are drawn before commits happen. A reader that asks only for ids
// above the last one that it saw loses whatever commits late. This reader
// keeps the highest id that it has seen and, as ranges, the ids below it that
// it has not seen, and asks for both in one statement.
//
// A skipped id belongs to a transaction that is still running or was rolled
// back. Which of the two, the reader learns exactly and without a time-out: it
// asks the database for a fresh transaction id, the horizon. An id is drawn
// only by a transaction that has its own transaction id already, so whoever
// can still fill the gap is below the horizon. Once a later statement that
// asked for the gap runs in a snapshot in which everything below the horizon
// has ended, and the gap is still empty, it stays empty and is forgotten.
//
// # How often it reads
//
// A read costs the database and the node much the same whatever it finds. So
// what comes while nothing is going on is read at once; the reads of a reader
// that keeps finding much (4,000 events/s) drift apart, up to
// Config.PaceUnderLoad (10 ms), which is the delay that load may add; and that
// reader does not wait to be woken. Pacer is this rule. Whoever wakes readers
// may follow it, too, which may add as much again on other nodes.
//
// # Positions
//
// A Position is the set of ids that were read, and a cursor its short text.
// Positions of one log can be joined, met and compared, which is what resuming
// a client is made of: nobody but a reader can say "everything until now".
//
// # What it owns
//
// Reader, Pacer, Position, Batch, Gap and the Source contract that an engine
// has to meet (store/postgres and store/sqlite do). It holds no connection and
// starts no goroutine.
//
// # Goroutines
//
// Run blocks until its context ends or the handler fails; the caller writes
// go, and calls it once. Init may be called before Run, by the same goroutine.
// Wake, Recheck and Stats may be called from any goroutine at any time and
// never block. The handler is called from Run's goroutine, one batch at a
// time, in order; the reader does not go on before the handler is back.
// Batches and positions are immutable and may be kept and shared.
//
// # Imports
//
// store and the standard library only.
package feed
