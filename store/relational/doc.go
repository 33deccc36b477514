// Package relational holds every query of the store, written once for both
// engines over a small Querier and Dialect.
package relational
