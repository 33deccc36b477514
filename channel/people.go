package channel

import (
	"strings"

	"notewire/store"
)

// people gives small numbers to the users that this shard has to know: its
// viewers and everybody who stands in a relation to one. Sets of numbers are
// what makes a viewer with hundreds of follows fit into a kilobyte. A number
// is given back when nothing refers to it.
type people struct {
	byID map[store.UserID]uint32
	list []person
	free []uint32
}

type person struct {
	id   store.UserID
	refs int32
	// viewer is not nil while the person is online in this shard.
	viewer *viewer
	// followers are the slots of viewers that follow the person and have
	// joined a channel that is made of follows.
	followers numset
}

func newPeople() people { return people{byID: map[store.UserID]uint32{}} }

// find answers the person's number, if anybody refers to them.
func (p *people) find(id store.UserID) (uint32, bool) {
	n, ok := p.byID[id]
	return n, ok
}

// viewer is the person's viewer, or nil.
func (p *people) viewer(id store.UserID) *viewer {
	if n, ok := p.byID[id]; ok {
		return p.list[n].viewer
	}
	return nil
}

// retain answers the person's number and counts one more reference to it.
func (p *people) retain(id store.UserID) uint32 {
	n, ok := p.byID[id]
	if !ok {
		n = p.add(id)
	}
	p.list[n].refs++
	return n
}

// retainPart is retain for an id that may be a part of a long text, which must
// not be kept for its sake.
func (p *people) retainPart(id store.UserID) uint32 {
	n, ok := p.byID[id]
	if !ok {
		n = p.add(store.UserID(strings.Clone(string(id))))
	}
	p.list[n].refs++
	return n
}

// add gives a number to a person who is new.
func (p *people) add(id store.UserID) uint32 {
	var n uint32
	if last := len(p.free) - 1; last >= 0 {
		n, p.free = p.free[last], p.free[:last]
		p.list[n] = person{id: id}
	} else {
		n = uint32(len(p.list)) // people that fit into memory fit into 31 bits
		p.list = append(p.list, person{id: id})
	}
	p.byID[id] = n
	return n
}

// release counts one reference less.
func (p *people) release(n uint32) {
	e := &p.list[n]
	if e.refs--; e.refs > 0 {
		return
	}
	delete(p.byID, e.id)
	*e = person{}
	p.free = append(p.free, n)
}
