package realworld

import (
	"slices"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

// Delay says by how many steps things are late.
type Delay struct {
	Actions      int `toml:"actions"`
	Observations int `toml:"observations"`
	Rewards      int `toml:"rewards"`
}

// queue delays rows of numbers. Until there is a row that old it gives the first one.
type queue[T any] struct {
	rows   []T // the oldest first
	size   int // of a row
	filled bool
}

func newQueue[T any](delay, size int) *queue[T] {
	return &queue[T]{rows: make([]T, (delay+1)*size), size: size}
}

// push returns the row that was pushed delay calls before row; valid until the next.
func (q *queue[T]) push(row []T) []T {
	if q.filled {
		copy(q.rows, q.rows[q.size:])
		copy(q.rows[len(q.rows)-q.size:], row)
	}
	for rest := q.rows; !q.filled && len(rest) > 0; {
		rest = rest[copy(rest, row):]
	}
	q.filled = true
	return q.rows[:q.size]
}

func (q *queue[T]) memory() []any { return []any{q.rows, &q.filled} }

// delayedActions applies the action that was chosen steps before, and the first one of an episode until
// there is an older one.
func delayedActions(steps int, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		q := newQueue[float64](steps, inner.Action().Size())
		return wrap.Changed(inner, wrap.Change{
			Kind: "delayed actions", Memory: q.memory(), Act: q.push,
			Arrive: func(step *env.TimeStep) {
				if h.forgets(step) {
					q.filled = false
				}
			},
		})
	}
}

// delayedObservations shows what was observed steps before, and the first observation of an episode until
// there is an older one.
func delayedObservations(steps int, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		var numbers []*queue[float64]
		var bytes []*queue[uint8]
		var memory []any
		specs := inner.Observations()
		for place, spec := range specs {
			size, delay := spec.Size(), steps
			if told(inner, place) {
				delay = 0
			}
			n, b := newQueue[float64](delay, size), newQueue[uint8](0, 0)
			if spec.Kind == env.Uint8 {
				n, b = newQueue[float64](0, 0), newQueue[uint8](delay, size)
			}
			numbers, bytes, memory = append(numbers, n), append(bytes, b), slices.Concat(memory, n.memory(), b.memory())
		}
		shown := make(env.Observation, len(specs))
		return wrap.Changed(inner, wrap.Change{
			Kind: "delayed observations", Memory: memory,
			Arrive: func(step *env.TimeStep) {
				for i, array := range step.Observation {
					if h.forgets(step) {
						numbers[i].filled, bytes[i].filled = false, false
					}
					shown[i] = env.Array{Float64: numbers[i].push(array.Float64), Uint8: bytes[i].push(array.Uint8)}
				}
				step.Observation = shown
			},
		})
	}
}

// delayedRewards gives the reward, and those of all objectives, of steps before, and the first ones of an
// episode until there are older ones. What is not yet given when the episode ends is lost.
func delayedRewards(steps int, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		row := make([]float64, 1+len(env.Objectives(inner)))
		if several, ok := inner.(env.MultiTask); ok {
			row = make([]float64, 1+len(several.Tasks()))
		}
		q := newQueue[float64](steps, len(row))
		return wrap.Changed(inner, wrap.Change{
			Kind: "delayed rewards", Memory: q.memory(), Rewards: true,
			Arrive: func(step *env.TimeStep) {
				if h.forgets(step) {
					q.filled = false
				}
				if step.Type == env.First {
					return
				}
				row[0] = step.Reward
				copy(row[1:], step.Rewards)
				late := q.push(row)
				step.Reward = late[0]
				if step.Rewards != nil {
					step.Rewards = late[1:]
				}
			},
		})
	}
}
