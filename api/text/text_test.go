package text

import "testing"

func TestTrim(t *testing.T) {
	for in, want := range map[string]string{
		"":        "",
		"\va b\v": "a b",
		"\t\n\v\f\r\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeffa\ufeff\u3000": "a",
		"\u0085a\u0085": "\u0085a\u0085", // no white space in JavaScript
		"\u200ba\u180e": "\u200ba\u180e", // nor are these, any more
		"\u3000":        "",
	} {
		if got := Trim(in); got != want {
			t.Errorf("%+q is trimmed to %+q, want %+q", in, got, want)
		}
	}
}
