package channel

import "notewire/store/visibility"

// The global timeline has every public note, also those of remote users.
var _ = register(&Kind{
	Name: "globalTimeline",
	Open: timeline(visibility.InGlobal, Interest{Source: FromPublic}),
})
