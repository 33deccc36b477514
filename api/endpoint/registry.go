package endpoint

import (
	"fmt"
	"slices"
)

// Registry finds endpoints by name. It is read-only.
type Registry struct {
	byName map[string]Endpoint
	names  []string // sorted
}

// NewRegistry makes a registry of the endpoints of all families. It fails if
// two have the same name, or if one asks for a role without a credential.
func NewRegistry(families ...[]Endpoint) (*Registry, error) {
	r := &Registry{byName: map[string]Endpoint{}}
	for _, e := range slices.Concat(families...) {
		if _, twice := r.byName[e.Name]; twice {
			return nil, fmt.Errorf("endpoint %s is defined twice", e.Name)
		}
		if (e.Moderator || e.Admin) && !e.Credential {
			return nil, fmt.Errorf("endpoint %s asks for a role without a credential", e.Name)
		}
		r.byName[e.Name] = e
		r.names = append(r.names, e.Name)
	}
	slices.Sort(r.names)
	return r, nil
}

// Find answers the endpoint with that name, if there is one.
func (r *Registry) Find(name string) (Endpoint, bool) {
	e, ok := r.byName[name]
	return e, ok
}

// Names are the names of all endpoints, sorted. They must not be changed.
func (r *Registry) Names() []string { return r.names }
