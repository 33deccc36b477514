package api

import (
	"strings"
	"testing"

	"notewire/protocol"
)

func TestSchemas(t *testing.T) {
	all := object(
		field("text", str().orNull().upTo(3)),
		field("words", str().matching(`[^\s]+`)),
		field("kind", str().orNull().oneOfStrings("a", "b")),
		field("n", integer().between(1, 100)),
		field("f", number().atLeast(0)),
		field("b", boolean()),
		field("list", array(id()).count(1, 3).noTwice()),
		field("deep", object(field("x", integer().or(7)), field("y", array(object(field("z", str())).require("z")))).orNull()),
		field("free", anyObject()),
		field("alt", either(str(), array(str()))),
		field("one", exactlyOneOf(array(str()), str())),
		field("def", integer().or(5)),
	)
	conditional := object(field("text", str().orNull()), field("renoteId", id().orNull())).
		ifThen(object(field("renoteId", null())), object(field("text", str().upTo(5).matching(`[^\s]+`))).require("text"))
	needs := object().anyOfThese(object().require("a"), object().require("b"))

	for _, c := range []struct {
		name   string
		schema *schema
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
			v, err := decodeJSON([]byte(c.value))
			if err != nil {
				t.Fatal(err)
			}
			var got string
			if bad := c.schema.check(v, "#"); bad != nil {
				got = bad.param + " " + bad.reason
			} else {
				got = encoded(t, c.schema.settle(v))
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestNestingIsBounded(t *testing.T) {
	if _, err := decodeJSON([]byte(strings.Repeat("[", 1<<20))); err == nil {
		t.Error("a million brackets were read")
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := protocol.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
