package schema

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Schema describes a JSON value. The methods that build one change it and
// answer it, so that they can be chained; a finished schema is never changed,
// and any goroutine may check with it.
type Schema struct {
	typ      string // "": any type
	nullable bool
	enum     []string

	min, max         *float64
	minLen, maxLen   *int // in code points, as AJV counts
	pattern, format  string
	compiled         *regexp.Regexp
	items            *Schema
	minItems         *int
	maxItems         *int
	unique           bool
	properties       []Property
	required         []string
	anyOf, oneOf     []*Schema
	when, then       *Schema
	fallback         any // default; nil: none
	additionalFields bool
}

// Property is a member that an object may have.
type Property struct {
	Name   string
	Schema *Schema
}

// Prop declares a member of an object.
func Prop(name string, s *Schema) Property { return Property{name, s} }

// Object has these members, in the order of complaint. All others are dropped
// before the endpoint sees them.
func Object(properties ...Property) *Schema { return &Schema{typ: "object", properties: properties} }

// AnyObject keeps whatever members it has.
func AnyObject() *Schema { return &Schema{typ: "object", additionalFields: true} }

// String is a text of any length.
func String() *Schema { return &Schema{typ: "string"} }

// Integer is a number without a fraction, however it is written.
func Integer() *Schema { return &Schema{typ: "integer"} }

// Number is a finite number.
func Number() *Schema { return &Schema{typ: "number"} }

// Boolean is true or false.
func Boolean() *Schema { return &Schema{typ: "boolean"} }

// Null is null and nothing else.
func Null() *Schema { return &Schema{typ: "null"} }

// Array has items that all fit one schema.
func Array(items *Schema) *Schema { return &Schema{typ: "array", items: items} }

// AnyOf is what fits at least one of several schemas.
func AnyOf(alternatives ...*Schema) *Schema { return &Schema{anyOf: alternatives} }

// OneOf is what fits exactly one of several schemas.
func OneOf(alternatives ...*Schema) *Schema { return &Schema{oneOf: alternatives} }

// ID is an id of anything: letters and digits.
func ID() *Schema {
	return &Schema{typ: "string", format: "misskey:id", compiled: regexp.MustCompile(`^[a-zA-Z0-9]+$`)}
}

// Require names the members that must be there, in the order of complaint.
func (s *Schema) Require(names ...string) *Schema { s.required = names; return s }

// OrNull lets null pass as well.
func (s *Schema) OrNull() *Schema { s.nullable = true; return s }

// Default is the value that an absent member gets.
func (s *Schema) Default(value any) *Schema { s.fallback = value; return s }

// Between bounds a number, both ends included.
func (s *Schema) Between(least, most float64) *Schema { s.min, s.max = &least, &most; return s }

// AtLeast bounds a number from below.
func (s *Schema) AtLeast(least float64) *Schema { s.min = &least; return s }

// NotEmpty demands a string of at least one code point.
func (s *Schema) NotEmpty() *Schema {
	least := 1
	s.minLen = &least
	return s
}

// MaxLength bounds the length of a string, in code points. It may be empty.
func (s *Schema) MaxLength(most int) *Schema { s.maxLen = &most; return s }

// Items bounds the length of an array, both ends included.
func (s *Schema) Items(least, most int) *Schema { s.minItems, s.maxItems = &least, &most; return s }

// MaxItems bounds the length of an array, which may be empty.
func (s *Schema) MaxItems(most int) *Schema { s.maxItems = &most; return s }

// Unique forbids equal items of an array.
func (s *Schema) Unique() *Schema { s.unique = true; return s }

// Enum lists the strings that are allowed.
func (s *Schema) Enum(values ...string) *Schema { s.enum = values; return s }

// Pattern demands a match of a JavaScript regular expression, which is quoted
// as it is in the complaint. The expression must mean the same in Go but for
// \s, which is widened to what JavaScript takes for white space.
func (s *Schema) Pattern(js string) *Schema {
	s.pattern = js
	s.compiled = regexp.MustCompile(strings.ReplaceAll(js, `\s`, `\s\v\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`))
	return s
}

// AnyOf demands besides that at least one of several schemas fits; for an
// object those usually name required members.
func (s *Schema) AnyOf(alternatives ...*Schema) *Schema { s.anyOf = alternatives; return s }

// OneOf demands besides that exactly one of several schemas fits.
func (s *Schema) OneOf(alternatives ...*Schema) *Schema { s.oneOf = alternatives; return s }

// IfThen demands then of whatever fits when.
func (s *Schema) IfThen(when, then *Schema) *Schema { s.when, s.then = when, then; return s }

// Type is the JSON type, in JSON Schema's words; empty where any type fits.
func (s *Schema) Type() string { return s.typ }

// Properties are the members that an object declares, in their order. They
// must not be changed.
func (s *Schema) Properties() []Property { return s.properties }

// TypeName is how Misskey's endpoint "endpoint" names the type.
func (s *Schema) TypeName() string {
	switch s.typ {
	case "":
		return "Any"
	case "integer", "number":
		return "Number"
	default:
		return fmt.Sprintf("%s%s", strings.ToUpper(s.typ[:1]), s.typ[1:])
	}
}

// FromText is the object that texts stand for: those of a query or a form,
// which carry strings only. Where a declared member is a number or a boolean,
// its text is read as JSON, as Misskey does; of several values of one name the
// first counts. The result still has to be checked.
func (s *Schema) FromText(texts url.Values) map[string]any {
	object := make(map[string]any, len(texts))
	for name := range texts {
		object[name] = texts.Get(name)
	}
	for _, p := range s.properties {
		text, ok := object[p.Name].(string)
		if !ok {
			continue
		}
		switch p.Schema.typ {
		case "boolean", "number", "integer":
			if v, err := Decode([]byte(text)); err == nil {
				object[p.Name] = v
			}
		}
	}
	return object
}
