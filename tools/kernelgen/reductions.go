package main

import (
	"math"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// accumulators is the number of independent partial results, enough to hide the latency of the
// instruction that combines them.
const accumulators = 4

// reductionKernels emits the kernels that turn slices into one number.
func (t *target) reductionKernels() {
	t.reduction("Sum", "x", "Σ x", 0, t.add, func(acc vector, v []vector) vector {
		return t.add(acc, v[0])
	})
	t.reduction("SumSquares", "x", "Σ x²", 0, t.add, func(acc vector, v []vector) vector {
		return t.mulAdd(v[0], v[0], acc)
	})
	t.reduction("Dot", "a, b", "Σ a · b", 0, t.add, func(acc vector, v []vector) vector {
		return t.mulAdd(v[0], v[1], acc)
	})
	t.reduction("Maximum", "x", "max x", math.Inf(-1), t.larger, func(acc vector, v []vector) vector {
		return t.larger(acc, v[0])
	})
}

// reduction emits a fold of the slices, from the neutral element of combine.
func (t *target) reduction(name, slices, formula string, neutral float64,
	combine func(a, b vector) vector, fold func(acc vector, v []vector) vector) {
	t.function(name, "func("+slices+" []float32) float32", "returns "+formula+".")
	inputs := strings.Split(slices, ", ")
	n, bases := t.length(inputs[0]), t.bases(inputs)
	total := t.fold(n, neutral, combine, func(p position, acc vector) vector {
		var values []vector
		for _, base := range bases {
			values = append(values, p.keep(p.load(base), neutral))
		}
		return fold(acc, values)
	})
	t.result(t.across(total, combine))
	t.finish()
}

// fold emits the loop of a reduction and returns one vector of partial results.
func (t *target) fold(n reg.GPVirtual, neutral float64, combine func(a, b vector) vector,
	step func(p position, acc vector) vector) vector {
	var partial [accumulators]vector
	for i := range partial {
		partial[i] = t.constant(neutral)
	}
	t.loop(n, accumulators, func(p position) {
		t.VMOVAPS(step(p, partial[p.ahead]), partial[p.ahead])
	})
	return combine(combine(partial[0], partial[1]), combine(partial[2], partial[3]))
}

// across combines the lanes of v in halves; the result is in the first lane.
func (t *target) across(v vector, combine func(a, b vector) vector) vector {
	half := func(emit func(into vector)) {
		upper := t.vector()
		emit(upper)
		v = combine(v, upper)
	}
	if t.wide { // VEXTRACTF128 does not reach all registers of AVX-512
		half(func(u vector) { t.VEXTRACTF64X4(operand.U8(1), v, u.AsY()) })
		half(func(u vector) { t.VEXTRACTF32X4(operand.U8(1), v.AsY(), u.AsX()) })
	} else {
		half(func(u vector) { t.VEXTRACTF128(operand.U8(1), v, u.AsX()) })
	}
	half(func(u vector) { t.VPERMILPS(operand.U8(0b1110), v.AsX(), u.AsX()) })
	half(func(u vector) { t.VPERMILPS(operand.U8(0b01), v.AsX(), u.AsX()) })
	return v
}
