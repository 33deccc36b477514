package channel

import "notewire/store/visibility"

// globalTimeline has every public note, also those of remote users.
var globalTimeline = register(&Kind{
	Name: "globalTimeline",
	Open: timeline(visibility.Global, Interest{Source: FromPublic}),
})
