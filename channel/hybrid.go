package channel

import "notewire/store/visibility"

// hybridTimeline, which clients call social, is home and local in one.
var hybridTimeline = register(&Kind{
	Name:        "hybridTimeline",
	RequireAuth: true,
	Permission:  "read:account",
	Open:        timeline(visibility.Hybrid, Interest{Source: FromFollowing}, Interest{Source: FromLocal}),
})
