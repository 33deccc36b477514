package reaction

import "testing"

func TestNormalize(t *testing.T) {
	for in, want := range map[string]string{
		"like": "👍", "star": "⭐", "👍": "👍", "❤️": "❤", "❤": "❤", "🎉🎉": "🎉", "x🍣y": "🍣",
		"": "❤", "abc": "❤", "5": "❤", "#": "❤", "5️⃣": "5⃣", "🇯🇵": "🇯🇵", "🇯": "❤",
		"👩‍👩‍👧": "👩‍👩‍👧", "❤️‍🔥": "❤️‍🔥", "👍🏽": "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿": "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺️": "☺", "👍\u200d": "👍",
	} {
		if got := Normalize(in); got != want {
			t.Errorf("%q becomes %q (%+q), want %q", in, got, got, want)
		}
	}
}
