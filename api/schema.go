package api

import (
	"fmt"
	"regexp"
	"strings"
)

// schema describes params as JSON Schema does, with the keywords that Misskey
// uses. It is written with the functions below:
//
//	object(
//		field("noteId", id()),
//		field("limit", integer().between(1, 100).or(10)),
//	).require("noteId")
//
// A finished schema is never changed; any goroutine may check with it.
type schema struct {
	typ      string // "": any type
	nullable bool
	enum     []any

	min, max         *float64
	minLen, maxLen   *int // in code points, as AJV counts
	pattern, format  string
	compiled         *regexp.Regexp
	items            *schema
	minItems         *int
	maxItems         *int
	unique           bool
	fields           []schemaField
	required         []string
	anyOf, oneOf     []*schema
	when, then       *schema
	fallback         any // default; nil: none
	additionalFields bool
}

type schemaField struct {
	name   string
	schema *schema
}

func field(name string, s *schema) schemaField { return schemaField{name, s} }

// object has the fields and drops all others before the endpoint sees them.
func object(fields ...schemaField) *schema { return &schema{typ: "object", fields: fields} }

// anyObject keeps whatever members it has.
func anyObject() *schema { return &schema{typ: "object", additionalFields: true} }

func str() *schema                 { return &schema{typ: "string"} }
func integer() *schema             { return &schema{typ: "integer"} }
func number() *schema              { return &schema{typ: "number"} }
func boolean() *schema             { return &schema{typ: "boolean"} }
func null() *schema                { return &schema{typ: "null"} }
func array(of *schema) *schema     { return &schema{typ: "array", items: of} }
func either(of ...*schema) *schema { return &schema{anyOf: of} }

// exactlyOneOf is JSON Schema's oneOf.
func exactlyOneOf(of ...*schema) *schema { return &schema{oneOf: of} }

// id is an id of anything: letters and digits.
func id() *schema {
	return &schema{typ: "string", format: "misskey:id", compiled: regexp.MustCompile(`^[a-zA-Z0-9]+$`)}
}

// require names the members that must be there, in the order of complaint.
func (s *schema) require(names ...string) *schema { s.required = names; return s }

// orNull lets null pass as well.
func (s *schema) orNull() *schema { s.nullable = true; return s }

// or is the value of an absent member.
func (s *schema) or(value any) *schema { s.fallback = value; return s }

// between bounds a number, both ends included.
func (s *schema) between(least, most float64) *schema { s.min, s.max = &least, &most; return s }

// atLeast bounds a number from below.
func (s *schema) atLeast(least float64) *schema { s.min = &least; return s }

// upTo bounds a string: at least one code point, at most so many.
func (s *schema) upTo(most int) *schema {
	least := 1
	s.minLen, s.maxLen = &least, &most
	return s
}

// notEmpty demands at least one code point.
func (s *schema) notEmpty() *schema {
	least := 1
	s.minLen = &least
	return s
}

// orShorter bounds the length of a string, which may be empty.
func (s *schema) orShorter(most int) *schema { s.maxLen = &most; return s }

// count bounds the length of an array. most < 0: no upper bound.
func (s *schema) count(least, most int) *schema {
	s.minItems = &least
	if most >= 0 {
		s.maxItems = &most
	}
	return s
}

// noTwice forbids equal items.
func (s *schema) noTwice() *schema { s.unique = true; return s }

// oneOfStrings lists the strings that are allowed.
func (s *schema) oneOfStrings(values ...string) *schema {
	for _, v := range values {
		s.enum = append(s.enum, v)
	}
	return s
}

// matching demands a match of a JavaScript regular expression, which is quoted
// as it is in the complaint. The expression must mean the same in Go but for
// \s, which is widened to what JavaScript takes for white space.
func (s *schema) matching(js string) *schema {
	s.pattern = js
	s.compiled = regexp.MustCompile(strings.ReplaceAll(js, `\s`, `\s\v\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`))
	return s
}

// anyOfThese adds alternatives to an object, usually of required members.
func (s *schema) anyOfThese(of ...*schema) *schema { s.anyOf = of; return s }

// ifThen demands then of what fits when.
func (s *schema) ifThen(when, then *schema) *schema { s.when, s.then = when, then; return s }

// describe is how the endpoint "endpoint" names a type.
func (s *schema) describe() string {
	switch s.typ {
	case "":
		return "Any"
	case "integer", "number":
		return "Number"
	default:
		return fmt.Sprintf("%s%s", strings.ToUpper(s.typ[:1]), s.typ[1:])
	}
}
