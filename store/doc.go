// Package store holds Notewire's domain: users, notes, relations, tokens,
// events, and the errors that every storage engine answers with.
//
// It owns types and facts only. It imports the standard library and nothing
// else, so that every other package may depend on it; the engines live in
// store/postgres and store/sqlite and share their queries in store/relational.
// The contracts that an engine has to meet are declared where they are used
// (package api, package channel, package store/feed) and are proven by one
// suite for both engines in store/storetest.
//
// Values are plain data. Whoever receives one may read it from any goroutine
// and must not change it once it has been shared.
package store
