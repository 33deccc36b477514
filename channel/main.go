package channel

import (
	"notewire/protocol"
	"notewire/store"
)

// The main channel carries what concerns the viewer personally, in the order in
// which the writer appended it.
var _ = register(&Kind{
	Name:        "main",
	RequireAuth: true,
	Permission:  "read:account",
	Shared:      true,
	Open: func(store.UserID, protocol.Params) (Filter, bool) {
		return Filter{Interests: mainInterests}, true
	},
})

// mainInterests is one value for all subscriptions, to spare memory.
var mainInterests = []Interest{{Source: FromSelf}}
