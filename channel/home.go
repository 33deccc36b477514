package channel

import "notewire/store/visibility"

// homeTimeline is the timeline of whom and what the viewer follows.
var homeTimeline = register(&Kind{
	Name:        "homeTimeline",
	RequireAuth: true,
	Permission:  "read:account",
	Open:        timeline(visibility.Home, Interest{Source: FromFollowing}),
})
