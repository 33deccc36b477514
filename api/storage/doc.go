// Package storage names what the API asks of the database, as interfaces grouped
// by subject: Store and Tx gather them all, and code that is shared asks for the
// smallest that does. The program that joins the parts adapts an engine to Store.
//
// # What every method promises
//
//   - store.ErrNotFound where the one row that was asked for is not there, and
//     store.ErrConflict where a unique one is there already; any other error is a
//     failure of the database.
//   - A list of rows that were asked for by their ids is in the order of the ids,
//     without those that are missing.
//   - What is answered belongs to the caller, who may change it.
//
// A Store is safe for concurrent use; a Tx belongs to the goroutine of the
// function that InTx called, until that function returns.
//
// The package imports the standard library and store.
package storage
