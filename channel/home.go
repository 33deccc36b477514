package channel

import "notewire/store/visibility"

// The home timeline is the timeline of whom and what the viewer follows.
var _ = register(&Kind{
	Name:        "homeTimeline",
	RequireAuth: true,
	Permission:  "read:account",
	Open:        timeline(visibility.InHome, Interest{Source: FromFollowing}),
})
