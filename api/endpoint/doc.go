// Package endpoint is what an endpoint of the API is: its name and the other
// things that are known without calling it (Meta), the schema of its params, and
// the function behind it (Define). It owns the registry of all endpoints, their
// rate limits, and the one pipeline that every call goes through, whether it
// came over HTTP (Pipeline.Run) or through a stream (Pipeline.Invoke):
//
//	secure → rate limit → credential → suspension → role → permission → params → the function
//
// # What an endpoint does
//
// An endpoint is a thin file in the package of its family (api/notes, api/users,
// …): a schema, then a query or an action of package action, then a packed
// answer. It writes nothing to the database by itself. Actions fail with the
// errors of package action; an endpoint says which of its own errors, with
// Misskey's code and id, stands for which of them (Error.For), and the pipeline
// translates.
//
// # Who may touch what
//
// A Registry is read-only once it is made. A Pipeline is safe for concurrent
// use: calls share nothing but the limiter (one mutex, no I/O under it). A Call
// belongs to the goroutine that runs it. The package starts no goroutine.
//
// # Secrets
//
// Tokens and passwords are never part of an error that is logged: WithSecrets
// tells the pipeline what a request holds, and Masked takes it out of texts.
//
// # Imports
//
// The package imports api/action, api/address, api/endpoint/schema, api/storage,
// protocol and store.
package endpoint
