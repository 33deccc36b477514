package channel

import (
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// The main channel carries what concerns the viewer personally, in the order in
// which the writer appended it.
var _ = register(&Kind{
	Name:        "main",
	RequireAuth: true,
	Permission:  "read:account",
	Shared:      true,
	Open: func(store.UserID, protocol.Params) (Filter, bool) {
		return Filter{Interests: mainInterests, Event: wanted}, true
	},
})

// mainInterests is one value for all subscriptions, to spare memory.
var mainInterests = []Interest{{Source: FromSelf}}

// wanted keeps away what a muted or suspended user, or somebody on a muted
// instance, caused. What is not listed is sent all the same, followed for
// example: one has to know who follows.
func wanted(v visibility.Viewer, e *TopicEvent) bool {
	switch e.Type {
	case store.MainMention, store.MainReply, store.MainRenote, store.MainNotification, store.MainUnreadNotification:
		return visibility.Notifies(v, visibility.Causer{UserID: e.Causer, Host: e.CauserHost, Suspended: e.causerSuspended}, e.Facts)
	default:
		return true
	}
}
