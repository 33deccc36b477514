// Package api is the HTTP face of the API: it answers /api/, and the few plain
// paths beside it (nodeinfo, health, identicons, stored files).
//
// # What it owns
//
// Routes, the reading of bodies and uploads, CORS and other headers, errors as
// statuses, sign-up and sign-in as Misskey words them, and who calls: the token
// of a request. Everything else is in the rooms below it:
//
//   - api/endpoint: what an endpoint is, the registry, rate limits, and the one
//     pipeline that calls over HTTP and through streams go through;
//   - api/notes, api/users, api/account, api/relations, api/drive, api/channels,
//     api/admin, api/instance: the endpoints, a package a family, a file each;
//   - api/action: what people do, each a transaction with its events, for every
//     gateway alike;
//   - api/storage: what all of them ask of the database.
//
// # Who may touch what
//
// A Server is safe for concurrent use, and read-only after New.
//
// # Files
//
// Config.FileDir belongs to this package and to api/action, on every node that
// shares it. Uploads under way are upload-*.tmp in it; a finished one has its key,
// a random UUID, as its name and never changes. It is there before the drive's row
// is, so a crash may leave a file without a row, never a row without a file. What
// is served comes only by a key that the drive knows.
//
// # How it stops
//
// Server.Run blocks until its context ends and its goroutines have. The HTTP
// server around Handler belongs to the caller. No other goroutine is started here.
//
// # Secrets
//
// Access tokens and passwords are never logged and never part of an error. Tokens
// are hashed as soon as they are read (store.HashToken) and looked up by hash.
// Request logs carry the path without its query.
//
// # Imports
//
// The package imports its rooms, protocol and store, and of other people's
// libraries echo, uuid and x/crypto. Gateways of other protocols (api/streaming)
// stand beside it, not below.
package api
