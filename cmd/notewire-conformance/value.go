package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// decodeJSON decodes into the values that the schema library wants: numbers as json.Number.
func decodeJSON(raw []byte) (any, error) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("decoding JSON: %w", err)
	}
	return v, nil
}

// at walks down objects by their members' names; nil when one is missing.
func at(v any, names ...string) any {
	for _, name := range names {
		object, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = object[name]
	}
	return v
}

// asMap returns an object's members, nil when v is no object.
func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// text returns the string below v at names, empty when there is none.
func text(v any, names ...string) string {
	s, _ := at(v, names...).(string)
	return s
}

// stringsIn returns the strings in a list.
func stringsIn(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, item := range list {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// usernamesIn collects id → username of every object below v that has both.
func usernamesIn(v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		if id, name := text(v, "id"), text(v, "username"); id != "" && name != "" {
			into[id] = name
		}
		for _, member := range v {
			usernamesIn(member, into)
		}
	case []any:
		for _, item := range v {
			usernamesIn(item, into)
		}
	}
}

// orderedKeys returns the member names of the object in raw, in the order of the text; nil when it is no object.
func orderedKeys(raw json.RawMessage) []string {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	keys := []string{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return keys
		}
		key, _ := t.(string)
		keys = append(keys, key)
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return keys
		}
	}
	return keys
}

// members decodes one level of an object; nil when raw is none.
func members(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

// reencode turns what encoding/json decoded into what the schema library wants.
func reencode(v any) (any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding JSON: %w", err)
	}
	return decodeJSON(raw)
}
