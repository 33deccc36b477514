package mfm

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestExtract(t *testing.T) {
	for _, c := range []struct {
		text     string
		mentions string // as written, with spaces between
		tags     string
		emojis   string
	}{
		{text: "nothing at all: a@b.example, c#d, 12:30:45, #1 #2024"},
		{text: "hi @bob and @Ann@Other.Example!", mentions: "bob Ann@other.example"},
		{text: "@bob @bob @BOB", mentions: "bob BOB"},
		{text: "こんにちは@bobさん", mentions: "bob"},
		{text: "@bob. @bob- @-bob @.bob @bob_", mentions: "bob bob_"},
		{text: "@bob@host.example.", mentions: "bob@host.example"},
		{text: "`@no` @yes\n```\n@no\n```\n@too", mentions: "yes too"},
		{text: "```\n@no\n#no\n:no:\n```\n@yes", mentions: "yes"},
		{text: "https://x.example/@no?q=#no @yes", mentions: "yes"},
		{text: "<https://x.example/ü/@no> @yes", mentions: "yes"},
		{text: "[@no #no :yes:](https://x.example/@no) @yes", mentions: "yes", emojis: "yes"},
		{text: "[@yes] (https://x.example)", mentions: "yes"},
		{text: "[@no :yes:](<https://x.example/@no>) @yes", mentions: "yes", emojis: "yes"},
		{text: "[@yes](<plain>@no</plain>)", mentions: "yes"},
		{text: "[@yes](<https://x.example/@no>", mentions: "yes"},
		{text: "[<https://x.example/@no> @yes](<https://z @too", mentions: "yes too"},
		{text: "<plain>@no #no :no:</plain> #yes", tags: "yes"},
		{text: `\(@no\) @yes`, mentions: "yes"},
		{text: "#Go と #日本語 and #ÄÖ", tags: "go 日本語 äö"},
		{text: "#a(b)c #a(b #「x」 #a]b", tags: "a(b)c a 「x」"},
		{text: "#tag, #tag! #TAG", tags: "tag"},
		{text: "#️⃣ #⃣ is a key"},
		{text: ":a: :b_c: :d:e :f-g+1: x:no: :no:x", emojis: "a b_c f-g+1"},
		{text: "#" + strings.Repeat("長", 128) + " #" + strings.Repeat("y", 129), tags: strings.Repeat("長", 128)},
	} {
		got := Extract(c.text)
		var mentions []string
		for _, m := range got.Mentions {
			name := m.Username
			if m.Host != "" {
				name += "@" + m.Host
			}
			mentions = append(mentions, name)
		}
		have := [3]string{strings.Join(mentions, " "), strings.Join(got.Tags, " "), strings.Join(got.Emojis, " ")}
		if want := [3]string{c.mentions, c.tags, c.emojis}; have != want {
			t.Errorf("%q: %q, want %q", c.text, have, want)
		}
	}
}

func TestExtractLooksIntoAllTexts(t *testing.T) {
	got := Extract("@a #x", "@b :e: #x", "@a")
	want := Found{Mentions: []Mention{{"a", ""}, {"b", ""}}, Tags: []string{"x"}, Emojis: []string{"e"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestExtractBoundsTags(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		b.WriteString(" #t" + strings.Repeat("i", i+1))
	}
	if got := len(Extract(b.String()).Tags); got != MaxTags {
		t.Errorf("%d tags, want %d", got, MaxTags)
	}
}

// spanPatterns say what spanKinds are.
var spanPatterns = regexp.MustCompile("^(?:```[^\n]*\n(?s:.*?)\n```(?:\n|$)|<plain>(?s:.*?)</plain>|" +
	`\\\([^\n]+?\\\)|\\\[(?s:.+?)\\\]|<https?://[^\s>]+>)`)

// unclosed are texts of openings that nothing closes, and of some that
// something almost does.
var unclosed = []string{"`", "```", "```\n", "```x\n", "\n```x", "<plain>", `\(`, "\\(\n", `\[`, "<http://", "<https://", "<https:// ", "[a](<https://", "[a](https://", "<plain>`\\[<https://", "[", "#(", "@a", ":a"}

// Looking for closings takes work that grows as the text does, whatever is open.
func TestExtractWork(t *testing.T) {
	const size = 3000
	for _, unit := range unclosed {
		text := strings.Repeat(unit, size/len(unit)+1)[:size]
		s := scanner{Found: new(Found)}
		s.scan(text)
		if most := len(spanKinds) * size; s.spans.looked > most {
			t.Errorf("%q again and again: looked through %d bytes of %d, want %d at most", unit, s.spans.looked, size, most)
		}
	}
}

func BenchmarkExtract(b *testing.B) {
	for _, unit := range []string{"`", "```x\n", `\[`, "<plain>", "[a](<https://"} {
		for _, size := range []int{3000, 30000} {
			text := strings.Repeat(unit, size/len(unit))
			b.Run(fmt.Sprintf("%q/%d", unit, size), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					Extract(text)
				}
			})
		}
	}
}

// What was not closed once is remembered, and nothing else: the spans are those
// that a look at each place by itself finds.
func FuzzSpans(f *testing.F) {
	for _, unit := range unclosed {
		f.Add(strings.Repeat(unit, 3))
		f.Add(unit + unit + "x\n```\n</plain>\\)\\]>)" + unit)
	}
	f.Add("``` \n```\n``` x\n```y\n\n```")
	f.Add("<https://><http://a><plain></plain>\\(\\)\\)\\[\\]\\]")
	f.Fuzz(func(t *testing.T, text string) {
		s := spans{total: len(text)}
		for rest := text; rest != ""; {
			n := s.length(rest)
			if want := len(spanPatterns.FindString(rest)); n != want {
				t.Fatalf("%q begins with a span of %d, want %d", rest, n, want)
			}
			rest = rest[max(n, 1):]
		}
	})
}

// Nothing in a text may make the scanner take long or panic.
func FuzzExtract(f *testing.F) {
	for _, s := range []string{"@a@b #c :d: `e` [f](https://g)", "#((((((((", "[[[[[[", "```\n", "\\(\\[", "<plain>", "@\xff#\xff:\xff`\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, tag := range Extract(s).Tags {
			if tag == "" || strings.ContainsAny(tag, " \t\n#,") {
				t.Errorf("%q is a tag of %q", tag, s)
			}
		}
	})
}
