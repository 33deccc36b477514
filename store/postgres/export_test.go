package postgres

// ReadEvents and ReadNewEvents are the statements, for a look at their plans.
const (
	ReadEvents    = readEvents
	ReadNewEvents = readNewEvents
)
