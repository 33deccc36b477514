package schema

import (
	"strings"
	"testing"

	"encoding/json"
)

func TestSchemas(t *testing.T) {
	all := Object(
		Prop("text", String().OrNull().NotEmpty().MaxLength(3)),
		Prop("words", String().Pattern(`[^\s]+`)),
		Prop("kind", String().OrNull().Enum("a", "b")),
		Prop("n", Integer().Between(1, 100)),
		Prop("f", Number().AtLeast(0)),
		Prop("b", Boolean()),
		Prop("list", Array(ID()).Items(1, 3).Unique()),
		Prop("deep", Object(Prop("x", Integer().Default(7)), Prop("y", Array(Object(Prop("z", String())).Require("z")))).OrNull()),
		Prop("free", AnyObject()),
		Prop("alt", AnyOf(String(), Array(String()))),
		Prop("one", OneOf(Array(String()), String())),
		Prop("def", Integer().Default(5)),
	)
	conditional := Object(Prop("text", String().OrNull()), Prop("renoteId", ID().OrNull())).
		IfThen(Object(Prop("renoteId", Null())), Object(Prop("text", String().NotEmpty().MaxLength(5).Pattern(`[^\s]+`))).Require("text"))
	needs := Object().AnyOf(Object().Require("a"), Object().Require("b"))

	for _, c := range []struct {
		name   string
		schema *Schema
		value  string
		want   string // "param reason", or what the value becomes
	}{
		{"empty", all, `{}`, `{"def":5}`},
		{"no object", all, `5`, `#/type must be object`},
		{"null", all, `null`, `#/type must be object`},
		{"unknown members go", all, `{"nope":1,"Text":"x"}`, `{"def":5}`},
		{"null passes", all, `{"text":null,"kind":null}`, `{"def":5,"kind":null,"text":null}`},
		{"type", all, `{"text":5}`, `#/properties/text/type must be string`},
		{"short", all, `{"text":""}`, `#/properties/text/minLength must NOT have fewer than 1 characters`},
		{"long", all, `{"text":"abcd"}`, `#/properties/text/maxLength must NOT have more than 3 characters`},
		{"code points count", all, `{"text":"😀😀😀"}`, `{"def":5,"text":"😀😀😀"}`},
		{"white space", all, `{"words":" \u3000\ufeff\u00a0\n"}`, `#/properties/words/pattern must match pattern "[^\s]+"`},
		{"enum", all, `{"kind":"c"}`, `#/properties/kind/enum must be equal to one of the allowed values`},
		{"least", all, `{"n":0}`, `#/properties/n/minimum must be >= 1`},
		{"most", all, `{"n":101}`, `#/properties/n/maximum must be <= 100`},
		{"fraction", all, `{"n":1.5}`, `#/properties/n/type must be integer`},
		{"whole in disguise", all, `{"n":1e1}`, `{"def":5,"n":10}`},
		{"infinite", all, `{"f":1e999}`, `#/properties/f/type must be number`},
		{"negative", all, `{"f":-0.5}`, `#/properties/f/minimum must be >= 0`},
		{"string for boolean", all, `{"b":"true"}`, `#/properties/b/type must be boolean`},
		{"few", all, `{"list":[]}`, `#/properties/list/minItems must NOT have fewer than 1 items`},
		{"many", all, `{"list":["a","b","c","d"]}`, `#/properties/list/maxItems must NOT have more than 3 items`},
		{"twice", all, `{"list":["a","a"]}`, `#/properties/list/uniqueItems must NOT have duplicate items (items ## 1 and 0 are identical)`},
		{"item", all, `{"list":["a","b/c"]}`, `#/properties/list/items/format must match format "misskey:id"`},
		{"deep", all, `{"deep":{"y":[{}]}}`, `#/properties/deep/properties/y/items/required must have required property 'z'`},
		{"deep defaults", all, `{"deep":{"w":1,"y":[{"z":"a","q":1}]}}`, `{"deep":{"x":7,"y":[{"z":"a"}]},"def":5}`},
		{"free", all, `{"free":{"A":[1,{"b":null}]}}`, `{"def":5,"free":{"A":[1,{"b":null}]}}`},
		{"alternatives", all, `{"alt":["x"]}`, `{"alt":["x"],"def":5}`},
		{"no alternative", all, `{"alt":5}`, `#/properties/alt/anyOf/0/type must be string`},
		{"one of", all, `{"one":5}`, `#/properties/one/oneOf/0/type must be array`},
		{"no NUL", all, `{"words":"a\u0000b"}`, `{"def":5,"words":"ab"}`},
		{"order of complaint", all, `{"n":0,"text":5}`, `#/properties/text/type must be string`},
		{"if absent", conditional, `{}`, `#/then/required must have required property 'text'`},
		{"if null", conditional, `{"text":null}`, `#/then/properties/text/type must be string`},
		{"if blank", conditional, `{"text":"  "}`, `#/then/properties/text/pattern must match pattern "[^\s]+"`},
		{"if not", conditional, `{"renoteId":"a","text":null}`, `{"renoteId":"a","text":null}`},
		{"needs", needs, `{}`, `#/anyOf/0/required must have required property 'a'`},
		{"needs either", needs, `{"b":1}`, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := Decode([]byte(c.value))
			if err != nil {
				t.Fatal(err)
			}
			var got string
			if bad := c.schema.Check(v); bad != nil {
				got = bad.Param + " " + bad.Reason
			} else {
				got = encoded(t, c.schema.Settle(v))
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestNestingIsBounded(t *testing.T) {
	if _, err := Decode([]byte(strings.Repeat("[", 1<<20))); err == nil {
		t.Error("a million brackets were read")
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
