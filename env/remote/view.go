package remote

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// view is a server's specs as those of an env.Environment, and the memory of its observations.
type view struct {
	action       env.Spec // all parts, one after another
	parts        []part
	observations []part
	memory       env.Observation
	reward       *part // nil where the server has none
	discount     *part
}

// part is one tensor of a server.
type part struct {
	id        uint64
	kind      wire.DataType
	shape     []int32 // as the server told it
	spec      env.Spec
	low, high []float64 // what may be sent
}

// newView makes a view of specs. Observations that are no numbers, or have no fixed shape, are left
// out. The order is that of the identifiers.
func newView(specs wire.Specs) (view, error) {
	var v view
	room := maxElements
	for _, id := range slices.Sorted(maps.Keys(specs.Actions)) {
		p, err := newPart(id, specs.Actions[id], &room)
		if err != nil {
			return v, fmt.Errorf("action %d: %w", id, err)
		}
		v.parts = append(v.parts, p)
	}
	for _, id := range slices.Sorted(maps.Keys(specs.Observations)) {
		p, err := newPart(id, specs.Observations[id], &room)
		if errors.Is(err, errNoArray) {
			continue
		}
		if err != nil {
			return v, fmt.Errorf("observation %d: %w", id, err)
		}
		v.addObservation(p)
	}
	if err := v.checkObservations(); err != nil {
		return v, err
	}
	v.action = joinActions(v.parts)
	return v, v.action.Validate()
}

// checkObservations returns an error if there are none, or two of one name.
func (v *view) checkObservations() error {
	names := map[string]bool{}
	for _, p := range v.observations {
		if names[p.spec.Name] {
			return fmt.Errorf("two observations are called %q", p.spec.Name)
		}
		names[p.spec.Name] = true
	}
	if len(names) == 0 {
		return errors.New("the server has no observation that is an array of numbers")
	}
	return nil
}

func (v *view) addObservation(p part) {
	switch {
	case p.spec.Name == rewardName:
		v.reward = &p
		return
	case p.spec.Name == discountName:
		v.discount = &p
		return
	case p.spec.Kind == env.Uint8:
		v.memory = append(v.memory, env.Array{Uint8: make([]uint8, p.spec.Size())})
	default:
		v.memory = append(v.memory, env.Array{Float64: make([]float64, p.spec.Size())})
	}
	v.observations = append(v.observations, p)
}

// errNoArray is wrapped by errors about tensors that an env.Array cannot hold.
var errNoArray = errors.New("is no array of numbers of fixed shape")

// maxElements limits the arrays that a server may announce, all together.
const maxElements = defaultMessage / 8

// newPart makes a part, and takes its elements from the room that is left.
func newPart(id uint64, told wire.Spec, room *int) (part, error) {
	p := part{id: id, kind: told.Type, shape: told.Shape, spec: env.Spec{Name: told.Name}}
	if told.Type < wire.Float || told.Type > wire.Bool {
		return p, fmt.Errorf("%q %w: its type is %v", told.Name, errNoArray, told.Type)
	}
	size := 1
	for _, dimension := range told.Shape {
		if dimension < 0 {
			return p, fmt.Errorf("%q %w: its shape is %v", told.Name, errNoArray, told.Shape)
		}
		if dimension > 0 && size > *room/int(dimension) {
			return p, fmt.Errorf("%q has the shape %v, and all arrays together at most %d elements", told.Name, told.Shape, maxElements)
		}
		size *= int(dimension)
		p.spec.Shape = append(p.spec.Shape, int(dimension))
	}
	*room -= size
	if told.Type == wire.Uint8 {
		p.spec.Kind = env.Uint8
	}
	return p, p.bound(told, size)
}

// bound reads the bounds: of each element, with the limits of the type where the server gave none.
func (p *part) bound(told wire.Spec, size int) error {
	low, high := told.Type.Range()
	p.low, p.high = slices.Repeat([]float64{low}, size), slices.Repeat([]float64{high}, size)
	for _, side := range []struct {
		given wire.Tensor
		limit []float64
	}{{told.Minimum, p.low}, {told.Maximum, p.high}} {
		if side.given.Len() == 0 {
			continue
		}
		if side.given.Type() != told.Type {
			return fmt.Errorf("%q is of type %v and its bounds of type %v", told.Name, told.Type, side.given.Type())
		}
		if err := side.given.Floats(side.limit); err != nil {
			return fmt.Errorf("the bounds of %q: %w", told.Name, err)
		}
		for i, limit := range side.limit {
			side.limit[i] = unlimited(told.Type, limit)
		}
	}
	if p.spec.Kind != env.Uint8 && told.Minimum.Len()+told.Maximum.Len() > 0 {
		p.spec.Minimum, p.spec.Maximum = p.low, p.high
	}
	return p.spec.Validate()
}

// unlimited is a bound, infinite if it is the extreme of a floating-point type: some servers send that
// where there is no bound.
func unlimited(kind wire.DataType, bound float64) float64 {
	if kind == wire.Float && math.Abs(bound) == math.MaxFloat32 || kind == wire.Double && math.Abs(bound) == math.MaxFloat64 {
		return math.Copysign(math.Inf(1), bound)
	}
	return bound
}

// discrete tells whether an action is a choice among a few.
func (p *part) discrete() bool {
	return p.kind.Whole() && len(p.shape) == 0 && p.spec.Bounded() && p.high[0]-p.low[0] < math.MaxInt32
}

// joinActions is the spec of all actions together. One choice stays a choice, counted from 0.
func joinActions(parts []part) env.Spec {
	if len(parts) == 1 && parts[0].discrete() {
		p := parts[0]
		return env.Spec{Name: p.spec.Name, Kind: env.Int, Minimum: []float64{0}, Maximum: []float64{p.high[0] - p.low[0]}}
	}
	joined, bounded := env.Spec{Name: "action", Shape: []int{0}}, true
	for _, p := range parts {
		joined.Shape[0] += len(p.low)
		joined.Minimum, joined.Maximum = append(joined.Minimum, p.low...), append(joined.Maximum, p.high...)
		bounded = bounded && p.finite()
	}
	if len(parts) == 1 {
		joined.Name, joined.Shape = parts[0].spec.Name, parts[0].spec.Shape
	}
	if !bounded {
		joined.Minimum, joined.Maximum = nil, nil
	}
	return joined
}

// finite tells whether the server gave bounds that an action can be scaled to.
func (p *part) finite() bool {
	for i := range p.low {
		if math.IsInf(p.high[i]-p.low[i], 0) {
			return false
		}
	}
	return p.spec.Bounded() || p.spec.Kind == env.Uint8
}

// actions divides an action, clipped to what may be sent, among the server's.
func (v *view) actions(action []float64) (map[uint64]wire.Tensor, error) {
	sent := map[uint64]wire.Tensor{}
	for _, p := range v.parts {
		values := slices.Clone(action[:len(p.low)])
		action = action[len(p.low):]
		for i := range values {
			if v.action.Kind == env.Int {
				values[i] = math.Round(values[i]) + p.low[i]
			}
			values[i] = min(max(values[i], p.low[i]), p.high[i])
		}
		t, err := wire.FromFloats(p.kind, p.shape, values)
		if err != nil {
			return nil, fmt.Errorf("action %q: %w", p.spec.Name, err)
		}
		sent[p.id] = t
	}
	return sent, nil
}

func (v *view) observationSpecs() []env.Spec {
	specs := make([]env.Spec, len(v.observations))
	for i, p := range v.observations {
		specs[i] = p.spec
	}
	return specs
}

// requested lists what a step asks for.
func (v *view) requested() []uint64 {
	var ids []uint64
	for _, p := range v.observations {
		ids = append(ids, p.id)
	}
	for _, p := range []*part{v.reward, v.discount} {
		if p != nil {
			ids = append(ids, p.id)
		}
	}
	return ids
}

// read fills in step from what the server sent.
func (v *view) read(step *env.TimeStep, sent map[uint64]wire.Tensor) error {
	for i, p := range v.observations {
		if err := p.read(v.memory[i], sent); err != nil {
			return err
		}
	}
	step.Observation = v.memory
	if step.Type == env.First {
		return nil
	}
	for _, scalar := range []struct {
		part   *part
		target *float64
	}{{v.reward, &step.Reward}, {v.discount, &step.Discount}} {
		if scalar.part == nil {
			continue
		}
		var value [1]float64
		if err := scalar.part.read(env.Array{Float64: value[:]}, sent); err != nil {
			return err
		}
		*scalar.target = value[0]
	}
	return nil
}

// read copies the tensor of p into array.
func (p *part) read(array env.Array, sent map[uint64]wire.Tensor) error {
	tensor, found := sent[p.id]
	if !found {
		return fmt.Errorf("the server did not send observation %q", p.spec.Name)
	}
	if tensor.Type() != p.kind {
		return fmt.Errorf("observation %q is of type %v, its spec says %v", p.spec.Name, tensor.Type(), p.kind)
	}
	shape, err := tensor.Dimensions(maxElements)
	if err == nil && !slices.Equal(shape, p.spec.Shape) {
		err = fmt.Errorf("the shape is %v, its spec says %v", shape, p.spec.Shape)
	}
	if err == nil && array.Uint8 != nil {
		err = tensor.Bytes(array.Uint8)
	} else if err == nil {
		err = tensor.Floats(array.Float64)
	}
	if err != nil {
		return fmt.Errorf("observation %q: %w", p.spec.Name, err)
	}
	return nil
}
