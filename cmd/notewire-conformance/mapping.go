package main

import "regexp"

// mapping turns recorded ids and tokens into those of this run.
type mapping struct {
	known map[string]string
}

func newMapping() *mapping { return &mapping{known: map[string]string{}} }

// What may be an id or a token inside a text.
var idLike = regexp.MustCompile(`[0-9A-Za-z]{16,}`)

// What is an id: time in base 36, node, counter.
var recordedID = regexp.MustCompile(`^[0-9a-z]{16}$`)

// in replaces every known id in a text.
func (m *mapping) in(text string) string {
	return idLike.ReplaceAllStringFunc(text, func(s string) string {
		if fresh := m.known[s]; fresh != "" {
			return fresh
		}
		return s
	})
}

// value replaces ids in every string below v.
func (m *mapping) value(v any) any {
	switch v := v.(type) {
	case string:
		return m.in(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = m.value(item)
		}
		return out
	case map[string]any:
		return m.params(v)
	}
	return v
}

// params replaces ids in an object.
func (m *mapping) params(v map[string]any) map[string]any {
	out := make(map[string]any, len(v))
	for name, member := range v {
		out[name] = m.value(member)
	}
	return out
}

// learn walks a recorded value and our value for the same thing side by side, and remembers which id stands for which.
// What is known stays.
func (m *mapping) learn(recorded, ours any) {
	switch r := recorded.(type) {
	case map[string]any:
		o := asMap(ours)
		for name, member := range r {
			s, isString := member.(string)
			mine, mineIsString := o[name].(string)
			if isString && mineIsString && (name == "token" || name == "i" || recordedID.MatchString(s)) {
				if m.known[s] == "" {
					m.known[s] = mine
				}
				continue
			}
			m.learn(member, o[name])
		}
	case []any:
		o, _ := ours.([]any)
		for i := range min(len(r), len(o)) {
			m.learn(r[i], o[i])
		}
	}
}
