// Package password hashes passwords with bcrypt and compares them. A hash costs
// a processor for a good part of a second, so a Hasher makes only so many at
// once, and comparing with no hash at all takes as long as comparing with one.
//
// A Hasher is safe for concurrent use. Passwords and hashes are never part of
// an error. The package imports the standard library and x/crypto/bcrypt.
package password
