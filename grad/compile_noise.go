package grad

import "github.com/reverie-rl/reverie/internal/rng"

// leastUniform stands for the 0 that the generator's uniform numbers may be.
const leastUniform = 0x1p-25

func (e *Executable[T]) normal(v *Value, out []T) []step {
	return flat(len(out), func(start, end int) { e.set.Normal(out[start:end], e.key(v), start) })
}

func (e *Executable[T]) uniform(v *Value, out []T) []step {
	return flat(len(out), func(start, end int) {
		part := out[start:end]
		e.set.Uniform(part, e.key(v), start)
		e.set.MaxScalar(part, part, leastUniform)
	})
}

// key names the numbers that v draws in this run.
func (e *Executable[T]) key(v *Value) rng.Key {
	key := e.random
	key.Stream = v.stream
	return key
}
