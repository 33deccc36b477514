// Package storetest is the one suite that every storage engine has to pass.
//
// Run takes functions that make databases, and exercises over them everything
// that store/relational offers, and what both engines promise beside it: that
// migrations may run at once, and that reads for /streaming and for the event
// log do not wait for the HTTP API's. What is an engine's own (its event log, its
// connections, what wakes its readers) is tested beside the engine. Tests make
// their rows themselves, in a database of their own, and wait on results, never
// on time. Only tests import this package.
package storetest
