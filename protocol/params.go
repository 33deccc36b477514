package protocol

import (
	"encoding/json"
	"errors"
	"iter"
	"strconv"
)

// Params are the params of a connect: a JSON object, or nil, which is an
// object without members. Members are read as JavaScript reads them; null
// counts as absent.
type Params json.RawMessage

// Raw is the member's JSON; nil if it is absent. Null is answered as null.
func (p Params) Raw(name string) json.RawMessage {
	if len(p) == 0 {
		return nil
	}
	return lookup(p, name)
}

// Bool reads the member with JavaScript's truthiness: false, 0 (also -0 and
// what rounds to it) and "" are false, everything else is true, "false", []
// and {} included. Absent and null are def.
func (p Params) Bool(name string, def bool) bool {
	value := p.Raw(name)
	switch kindOf(value) {
	case kindAbsent, kindNull:
		return def
	case kindBool:
		return value[0] == 't'
	case kindNumber:
		f, err := strconv.ParseFloat(string(value), 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return def
		}
		return f != 0
	case kindString:
		return len(value) > len(`""`)
	case kindArray, kindObject:
		return true
	}
	return def
}

// String reads the member if it is a string. Nothing is converted.
func (p Params) String(name string) (string, bool) {
	return unquote(p.Raw(name))
}

// StringGroups reads an array of arrays of strings, as the hashtag channel's
// q. It answers false if any part of it is something else.
func (p Params) StringGroups(name string) ([][]string, bool) {
	value := p.Raw(name)
	if kindOf(value) != kindArray {
		return nil, false
	}
	groups := [][]string{}
	for inner := range elements(value) {
		if kindOf(inner) != kindArray {
			return nil, false
		}
		group := []string{}
		for element := range elements(inner) {
			s, ok := unquote(element)
			if !ok {
				return nil, false
			}
			group = append(group, s)
		}
		groups = append(groups, group)
	}
	return groups, true
}

// all walks the members.
func (p Params) all() iter.Seq[member] {
	if len(p) == 0 {
		return func(func(member) bool) {}
	}
	return members(p)
}
