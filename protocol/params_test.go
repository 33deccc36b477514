package protocol

import (
	"reflect"
	"testing"
)

func TestParamsBool(t *testing.T) {
	tests := []struct {
		value  string
		truthy bool
	}{
		{`true`, true}, {`false`, false},
		{`0`, false}, {`-0`, false}, {`0.0`, false}, {`0e9`, false}, {`1e-999`, false},
		{`1`, true}, {`-1`, true}, {`1e999`, true}, {`0.1`, true},
		{`""`, false}, {`"false"`, true}, {`"0"`, true}, {`" "`, true}, {`"\u0000"`, true},
		{`[]`, true}, {`{}`, true},
	}
	for _, tt := range tests {
		p := Params(`{"withFiles":` + tt.value + `}`)
		for _, def := range []bool{true, false} {
			if got := p.Bool("withFiles", def); got != tt.truthy {
				t.Errorf("%s with default %v is %v", tt.value, def, got)
			}
		}
	}
	for _, p := range []Params{nil, Params(`{}`), Params(`{"withFiles":null}`), Params(`{"withfiles":false,"WithFiles":true}`)} {
		if !p.Bool("withFiles", true) || p.Bool("withFiles", false) {
			t.Errorf("%s does not leave the default", p)
		}
	}
	if p := Params(`{"a":true,"a":false}`); p.Bool("a", true) {
		t.Error("the first of equal keys counted")
	}
}

func TestParamsString(t *testing.T) {
	p := Params(`{"listId":"ab\u0063","n":5,"null":null}`)
	if s, ok := p.String("listId"); !ok || s != "abc" {
		t.Errorf("listId = %q, %v", s, ok)
	}
	for _, name := range []string{"n", "null", "absent"} {
		if s, ok := p.String(name); ok {
			t.Errorf("%s = %q", name, s)
		}
	}
	if s, ok := Params(nil).String("listId"); ok {
		t.Errorf("of no params: %q", s)
	}
}

func TestParamsStringGroups(t *testing.T) {
	tests := []struct {
		value string
		want  [][]string
		ok    bool
	}{
		{`[["a","b"],["c"]]`, [][]string{{"a", "b"}, {"c"}}, true},
		{`[ [ "a" , "]" ] ]`, [][]string{{"a", "]"}}, true},
		{`[[]]`, [][]string{{}}, true},
		{`[]`, [][]string{}, true},
		{`["a"]`, nil, false},
		{`[["a",1]]`, nil, false},
		{`"a"`, nil, false},
		{`null`, nil, false},
		{`{"0":["a"]}`, nil, false},
	}
	for _, tt := range tests {
		got, ok := Params(`{"q":` + tt.value + `}`).StringGroups("q")
		if ok != tt.ok || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s = %v, %v", tt.value, got, ok)
		}
	}
}
