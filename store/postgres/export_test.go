package postgres

// ReadEvents is the statement, for a look at its plan.
const ReadEvents = readEvents
