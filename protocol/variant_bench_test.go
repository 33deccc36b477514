package protocol

import (
	"strings"
	"testing"

	"notewire/store"
)

// BenchmarkVariant makes a viewer's copy of a packed note, once for all viewers
// from whom the same is hidden.
func BenchmarkVariant(b *testing.B) {
	note := func(inner string) string {
		return `{"id":"n","userId":"u","text":"` + strings.Repeat("x", 400) + `","files":[],"visibility":"public"` + inner + `}`
	}
	raw := []byte(note(`,"renote":` + note("")))
	for name, v := range map[string]Variant{"hidden": {Hidden: store.HideRenote}, "myReaction": {Own: renoteLiked}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.ApplyRaw(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
