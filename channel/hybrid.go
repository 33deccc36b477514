package channel

import "notewire/store/visibility"

// The hybrid timeline, which clients call social, is home and local in one.
var _ = register(&Kind{
	Name:        "hybridTimeline",
	RequireAuth: true,
	Permission:  "read:account",
	Open:        timeline(visibility.InHybrid, Interest{Source: FromFollowing}, Interest{Source: FromLocal}),
})
