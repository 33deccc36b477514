// Package schema describes and checks the params of endpoints as JSON Schema
// does, with the keywords that Misskey uses, and complains in the words of AJV,
// the validator that Misskey's clients were written against. A schema reads
// like this:
//
//	schema.Object(
//		schema.Prop("noteId", schema.ID()),
//		schema.Prop("limit", schema.Integer().Between(1, 100).Default(10)),
//	).Require("noteId")
//
// Values come from Decode, are checked by Schema.Check, and then settled by
// Schema.Settle: undeclared members are dropped, absent ones get their
// defaults. The order in which keywords are tried is part of the contract with
// clients, since only the first violation is told.
//
// Everything here is a pure function of its arguments. The package imports the
// standard library only.
package schema
