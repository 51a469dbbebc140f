package remote

import (
	"fmt"
	"math"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// actionID is the identifier of the one action of our worlds. The observations have the identifiers
// 1, 2, ... in the order of the environment's specs, then come reward and discount.
const actionID = 1

// The names under which reward and discount travel.
const (
	rewardName   = "reward"
	discountName = "discount"
)

// layout is how an environment's specs are told to clients.
type layout struct {
	action       env.Spec
	observations []env.Spec
	specs        wire.Specs
}

// newLayout describes e, or returns an error if two of its names are one.
func newLayout(e env.Environment) (layout, error) {
	l := layout{action: e.Action(), observations: e.Observations()}
	l.specs.Actions = map[uint64]wire.Spec{actionID: toWire(l.action)}
	l.specs.Observations = map[uint64]wire.Spec{}
	told := append(slices.Clone(l.observations), env.Spec{Name: rewardName},
		env.Spec{Name: discountName, Minimum: []float64{0}, Maximum: []float64{1}})
	names := map[string]bool{}
	for i, spec := range told {
		if names[spec.Name] {
			return l, fmt.Errorf("two observations would be called %q", spec.Name)
		}
		names[spec.Name] = true
		l.specs.Observations[uint64(i+1)] = toWire(spec)
	}
	return l, nil
}

// toWire describes an array of an environment.
func toWire(spec env.Spec) wire.Spec {
	described := wire.Spec{Name: spec.Name, Type: typeOf(spec.Kind), Shape: shapeOf(spec)}
	if spec.Bounded() && spec.Kind != env.Uint8 {
		// The type is one that numbers can be sent as.
		described.Minimum, _ = wire.FromFloats(described.Type, nil, spec.Minimum)
		described.Maximum, _ = wire.FromFloats(described.Type, nil, spec.Maximum)
	}
	return described
}

func typeOf(kind env.Kind) wire.DataType {
	return [...]wire.DataType{env.Float64: wire.Double, env.Uint8: wire.Uint8, env.Int: wire.Int32}[kind]
}

func shapeOf(spec env.Spec) []int32 {
	var shape []int32
	for _, size := range spec.Shape {
		shape = append(shape, int32(size))
	}
	return shape
}

// checkRequested returns an error unless there are observations of all identifiers.
func (l *layout) checkRequested(requested []uint64) error {
	for _, id := range requested {
		if _, known := l.specs.Observations[id]; !known {
			return status.Errorf(codes.InvalidArgument, "there is no observation %d", id)
		}
	}
	return nil
}

// readActions writes what was sent into action; what was not sent stays as it was.
func (l *layout) readActions(actions map[uint64]wire.Tensor, action []float64) error {
	for id, sent := range actions {
		spec, known := l.specs.Actions[id]
		if !known {
			return status.Errorf(codes.InvalidArgument, "there is no action %d", id)
		}
		if err := l.checkAction(spec, sent, action); err != nil {
			return status.Errorf(codes.InvalidArgument, "action %d (%s): %v", id, spec.Name, err)
		}
	}
	return nil
}

// checkAction writes sent into action if type, shape and bounds are right.
func (l *layout) checkAction(spec wire.Spec, sent wire.Tensor, action []float64) error {
	if sent.Type() != spec.Type {
		return fmt.Errorf("elements are of type %v, want %v", sent.Type(), spec.Type)
	}
	dimensions, err := sent.Dimensions(len(action))
	if err != nil {
		return err
	}
	if !slices.Equal(dimensions, l.action.Shape) {
		return fmt.Errorf("the shape is %v, want %v", dimensions, l.action.Shape)
	}
	values := make([]float64, len(action))
	if err := sent.Floats(values); err != nil {
		return err
	}
	for i, value := range values {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("element %d is %v, must be finite", i, value)
		}
		if l.action.Bounded() && (value < l.action.Minimum[i] || value > l.action.Maximum[i]) {
			return fmt.Errorf("element %d is %g, outside its bounds [%g, %g]", i, value, l.action.Minimum[i], l.action.Maximum[i])
		}
	}
	copy(action, values)
	return nil
}

// tensors returns the requested parts of step.
func (l *layout) tensors(step env.TimeStep, requested []uint64) map[uint64]wire.Tensor {
	sent := make(map[uint64]wire.Tensor, len(requested))
	for _, id := range requested {
		sent[id] = l.tensor(step, int(id-1))
	}
	return sent
}

// tensor is observation number i, or what comes after them.
func (l *layout) tensor(step env.TimeStep, i int) wire.Tensor {
	switch i - len(l.observations) {
	case 0:
		return wire.Tensor{Values: []float64{step.Reward}}
	case 1:
		return wire.Tensor{Values: []float64{step.Discount}}
	}
	spec, array := l.observations[i], step.Observation[i]
	if spec.Kind == env.Uint8 {
		return wire.Tensor{Shape: shapeOf(spec), Values: array.Uint8}
	}
	t, _ := wire.FromFloats(typeOf(spec.Kind), shapeOf(spec), array.Float64) // kinds are numbers
	return t
}

// resting is the action of which no part has been sent: 0, or the bound that is nearest.
func (l *layout) resting() []float64 {
	action := make([]float64, l.action.Size())
	if l.action.Bounded() {
		for i := range action {
			action[i] = min(max(0, l.action.Minimum[i]), l.action.Maximum[i])
		}
	}
	return action
}
