package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Violation is the first way in which a value does not fit.
type Violation struct {
	Param  string // the keyword's place in the schema: "#/properties/limit/type"
	Reason string // in AJV's words: "must be integer"
}

// Decode reads exactly one JSON value, with its numbers as they are written
// (json.Number), which is what Check and Settle expect.
func Decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

// Check finds the first violation of a value from Decode; nil: it fits. The
// keywords are tried in AJV's order: type, numbers, strings, the untyped ones,
// arrays, objects.
func (s *Schema) Check(v any) *Violation { return s.check(v, "#") }

// check is Check for a part of the value; at is its place in the schema.
func (s *Schema) check(v any, at string) *Violation {
	if bad := s.checkType(v, at); bad != nil {
		return bad
	}
	switch v := v.(type) {
	case json.Number:
		if bad := s.checkNumber(v, at); bad != nil {
			return bad
		}
	case string:
		if bad := s.checkString(v, at); bad != nil {
			return bad
		}
	}
	if bad := s.checkUntyped(v, at); bad != nil {
		return bad
	}
	switch v := v.(type) {
	case []any:
		return s.checkArray(v, at)
	case map[string]any:
		return s.checkObject(v, at)
	}
	return nil
}

func (s *Schema) checkType(v any, at string) *Violation {
	if s.typ == "" || (v == nil && s.nullable) {
		return nil
	}
	fits := false
	switch v := v.(type) {
	case nil:
		fits = s.typ == "null"
	case bool:
		fits = s.typ == "boolean"
	case string:
		fits = s.typ == "string"
	case json.Number:
		f, finite := float(v)
		fits = finite && (s.typ == "number" || s.typ == "integer" && f == math.Trunc(f))
	case []any:
		fits = s.typ == "array"
	case map[string]any:
		fits = s.typ == "object"
	}
	if fits {
		return nil
	}
	return &Violation{at + "/type", "must be " + s.typ}
}

func (s *Schema) checkNumber(v json.Number, at string) *Violation {
	f, _ := float(v)
	if s.max != nil && f > *s.max {
		return &Violation{at + "/maximum", "must be <= " + formatBound(*s.max)}
	}
	if s.min != nil && f < *s.min {
		return &Violation{at + "/minimum", "must be >= " + formatBound(*s.min)}
	}
	return nil
}

func (s *Schema) checkString(v, at string) *Violation {
	if s.maxLen != nil || s.minLen != nil {
		n := utf8.RuneCountInString(v)
		if s.maxLen != nil && n > *s.maxLen {
			return &Violation{at + "/maxLength", fmt.Sprintf("must NOT have more than %d characters", *s.maxLen)}
		}
		if s.minLen != nil && n < *s.minLen {
			return &Violation{at + "/minLength", fmt.Sprintf("must NOT have fewer than %d characters", *s.minLen)}
		}
	}
	if s.compiled != nil && !s.compiled.MatchString(v) {
		if s.format != "" {
			return &Violation{at + "/format", fmt.Sprintf("must match format %q", s.format)}
		}
		return &Violation{at + "/pattern", `must match pattern "` + s.pattern + `"`}
	}
	return nil
}

// checkUntyped tries enum, anyOf, oneOf and if. Of alternatives that all fail,
// the complaint of the first one is told, as AJV does.
func (s *Schema) checkUntyped(v any, at string) *Violation {
	if s.enum != nil && !s.listed(v) {
		return &Violation{at + "/enum", "must be equal to one of the allowed values"}
	}
	if len(s.anyOf) > 0 {
		var first *Violation
		for i, alt := range s.anyOf {
			bad := alt.check(v, at+"/anyOf/"+strconv.Itoa(i))
			if bad == nil {
				first = nil
				break
			}
			if first == nil {
				first = bad
			}
		}
		if first != nil {
			return first
		}
	}
	if len(s.oneOf) > 0 {
		var first *Violation
		fits := 0
		for i, alt := range s.oneOf {
			if bad := alt.check(v, at+"/oneOf/"+strconv.Itoa(i)); bad == nil {
				fits++
			} else if first == nil {
				first = bad
			}
		}
		if fits > 1 {
			return &Violation{at + "/oneOf", "must match exactly one schema in oneOf"}
		}
		if fits == 0 {
			return first
		}
	}
	if s.when != nil && s.when.check(v, at+"/if") == nil {
		return s.then.check(v, at+"/then")
	}
	return nil
}

func (s *Schema) listed(v any) bool {
	if v == nil && s.nullable {
		return true
	}
	text, ok := v.(string)
	return ok && slices.Contains(s.enum, text)
}

func (s *Schema) checkArray(v []any, at string) *Violation {
	if s.maxItems != nil && len(v) > *s.maxItems {
		return &Violation{at + "/maxItems", fmt.Sprintf("must NOT have more than %d items", *s.maxItems)}
	}
	if s.minItems != nil && len(v) < *s.minItems {
		return &Violation{at + "/minItems", fmt.Sprintf("must NOT have fewer than %d items", *s.minItems)}
	}
	if s.unique {
		if bad := checkUnique(v, at); bad != nil {
			return bad
		}
	}
	if s.items != nil {
		for _, item := range v {
			if bad := s.items.check(item, at+"/items"); bad != nil {
				return bad
			}
		}
	}
	return nil
}

// checkUnique looks from the end, as AJV does, which decides which pair is
// named. Only scalars are compared: no schema wants more.
func checkUnique(v []any, at string) *Violation {
	seen := make(map[any]int, len(v))
	for i := len(v) - 1; i >= 0; i-- {
		switch v[i].(type) {
		case string, json.Number, bool:
		default:
			continue
		}
		if j, twice := seen[v[i]]; twice {
			return &Violation{at + "/uniqueItems", fmt.Sprintf("must NOT have duplicate items (items ## %d and %d are identical)", j, i)}
		}
		seen[v[i]] = i
	}
	return nil
}

func (s *Schema) checkObject(v map[string]any, at string) *Violation {
	for _, name := range s.required {
		if _, ok := v[name]; !ok {
			return &Violation{at + "/required", "must have required property '" + name + "'"}
		}
	}
	for _, f := range s.properties {
		if member, ok := v[f.Name]; ok {
			if bad := f.Schema.check(member, at+"/properties/"+f.Name); bad != nil {
				return bad
			}
		}
	}
	return nil
}

// Settle is a checked value as the endpoint gets it: undeclared members are
// gone (so that no differently spelled name can reach a struct field), absent
// ones have their defaults, integers are written as integers, and texts are
// what every database can keep.
func (s *Schema) Settle(v any) any {
	switch v := v.(type) {
	case string:
		// PostgreSQL keeps no NUL; queries and forms need not be UTF-8.
		return strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", ""), "\uFFFD")
	case json.Number:
		if s.typ != "integer" {
			return v
		}
		f, _ := float(v)
		const safe = 1<<53 - 1 // past it, JavaScript has no exact integers either
		return json.Number(strconv.FormatInt(int64(math.Max(-safe, math.Min(safe, f))), 10))
	case []any:
		if s.items == nil {
			return v
		}
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = s.items.Settle(item)
		}
		return out
	case map[string]any:
		if s.typ != "object" || s.additionalFields {
			return v
		}
		out := make(map[string]any, len(s.properties))
		for _, f := range s.properties {
			member, ok := v[f.Name]
			switch {
			case ok:
				out[f.Name] = f.Schema.Settle(member)
			case f.Schema.fallback != nil:
				out[f.Name] = f.Schema.fallback
			}
		}
		return out
	default:
		return v
	}
}

// float reads a JSON number as JavaScript would; finite is false for what
// becomes an infinity there.
func float(n json.Number) (f float64, finite bool) {
	f, err := strconv.ParseFloat(string(n), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// formatBound writes a bound as JavaScript prints it.
func formatBound(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
