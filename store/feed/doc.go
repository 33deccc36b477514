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
// A read costs the database and the node much the same whatever it finds. On a
// quiet server an event is therefore read at once. While reads find 4,000
// events/s or more, they drift apart, up to Config.PaceUnderLoad (10 ms), which
// is the delay that load may add to an event; and the reader does not wait to
// be woken then. Pacer implements this rule. An engine that wakes the readers of
// other nodes may follow it as well, which may add as much delay again there.
//
// # Positions
//
// A Position is the set of ids that were read; a cursor is its short text.
// Positions of one log can be united, intersected and compared. Resuming a
// client is made of these operations, because only a reader can say what
// "everything until now" is.
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
