// Package store holds Notewire's domain: users, notes, relations, tokens,
// events, and the errors that every storage engine answers with.
//
// It owns types and facts only. It imports the standard library and nothing
// else, so that every other package may depend on it; the engines live in
// store/postgres and store/sqlite and share their queries in store/relational.
// The contracts that an engine has to meet are declared where they are used
// (packages api, api/streaming, channel and store/feed). One suite in
// store/storetest, which both engines pass, holds them.
//
// What is written in several places is named here once: the topics and types of
// events (event_types.go), the kinds of ids and how they are made (id.go), and
// the errors that callers tell apart (errors.go).
//
// Values are plain data. Whoever receives one may read it from any goroutine
// and must not change it once it has been shared.
package store
