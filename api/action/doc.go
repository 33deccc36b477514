// Package action is what people do: post, delete, react, vote, follow, block,
// mute, keep a file, make a list, sign in, suspend somebody. Each action is a
// method of Actor with typed params and typed errors, and one transaction whose
// last statements append the events that tell of it: an event without its cause,
// or a cause without its event, cannot be written.
//
// It knows no HTTP, no JSON schema and no protocol's error codes. Every gateway
// calls the same function and says in its own words what failed (errors.go). An
// action checks what is always true, as that a poll has two choices; a gateway
// checks what its protocol says about params.
//
// Beside actions there is what gateways read in common: timelines as a viewer may
// see them (Actor.Timeline), notes, profiles and notifications packed for a viewer.
//
// # Who may touch what
//
// A Service is safe for concurrent use: actors share nothing but the queue of
// reminders (a mutex, one goroutine of Run) and the turns of password hashing. An
// Actor belongs to one goroutine, and a transaction (work) to the function that it
// runs. That function may run more than once, since a transaction may lose against
// another one, or an id may be taken: it has no effects but those through its work,
// and makes its ids inside (Actor.newID).
//
// # How it stops
//
// Service.Run blocks until its context ends and its goroutines have: it reminds of
// unread notifications, tells of polls that ended, and ends mutes that expire. On
// several nodes it may run on each. Reminders that were not due when it ends are
// dropped, since the unread mark tells the same.
//
// # Imports
//
// The package imports api/storage and the leaf packages of api (media, mfm,
// password, reaction, text), protocol, store and store/visibility.
package action
