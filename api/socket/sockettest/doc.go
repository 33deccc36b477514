// Package sockettest is a websocket client for tests, as strict as RFC 6455
// allows. It shares no code with the server, so that both do not make the same
// mistake. It starts no goroutine and may be used by tests of any package.
//
// # Imports
//
// The standard library.
package sockettest
