// Package storetest is the one suite that every storage engine has to pass.
//
// Run takes a function that makes empty databases and exercises everything
// that store/relational offers over them: an engine is done when its tests
// call Run and nothing else. Tests make their rows themselves, in a database
// of their own, and wait on results, never on time. Only tests import this
// package.
package storetest
