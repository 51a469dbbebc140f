package grad

import "slices"

// Normal is an array of independent standard normal numbers, drawn anew in each run from the
// generator's stream of this number. Distinct calls, of any of the methods that draw, must name
// distinct streams, or they draw from the same bits. See Executable.Seed.
func (t *Tracer) Normal(stream uint64, shape ...int) *Value {
	return t.add(&Value{op: opNormal, stream: stream, shape: slices.Clone(shape)})
}

// Uniform is an array of independent numbers, uniform on (0, 1): neither limit is drawn, so that log(u)
// and log(1-u) are finite. They are multiples of 2⁻²⁴ but for the smallest, 2⁻²⁵. See Normal for stream.
func (t *Tracer) Uniform(stream uint64, shape ...int) *Value {
	return t.add(&Value{op: opUniform, stream: stream, shape: slices.Clone(shape)})
}

// Gumbel is an array of independent numbers of the standard Gumbel distribution, -log(-log(u)) with a
// uniform u. See Normal for stream.
func (t *Tracer) Gumbel(stream uint64, shape ...int) *Value {
	return t.Uniform(stream, shape...).Log().Neg().Log().Neg()
}

// Categorical draws from each row of logits [..., classes] the index of a class, with probability
// softmax(logits): [...]. It is where logits and Gumbel noise add up to the most (Gumbel, 1954). It has
// no gradient. See Normal for stream.
func (t *Tracer) Categorical(stream uint64, logits Operand) *Value {
	v := logits.in(t)
	if len(v.shape) == 0 {
		fail("categorical", "logits of shape %v have no classes", v.shape)
	}
	return v.Add(t.Gumbel(stream, v.shape...)).ArgMax(-1)
}
