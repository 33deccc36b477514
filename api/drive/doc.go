// Package drive has the endpoints by which files are uploaded, listed and shown
// (drive): a file an endpoint, with its schema and Misskey's errors.
//
// An endpoint asks the store or calls an action, and packs the answer. The package
// writes nothing by itself, keeps no state and starts no goroutine. It imports
// api/endpoint, api/action, the leaf packages of api, protocol, store and
// store/visibility, and no other family.
package drive
