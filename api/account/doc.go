// Package account has the endpoints by which people ask about and change their own account: profile, password, tokens, notifications
// (i, notifications and miauth): a file an endpoint, with its schema and Misskey's errors.
//
// An endpoint asks the store or calls an action, and packs the answer. The package
// writes nothing by itself, keeps no state and starts no goroutine. It imports
// api/endpoint, api/action, the leaf packages of api, protocol, store and
// store/visibility, and no other family.
package account
