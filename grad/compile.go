package grad

import (
	"math"

	"github.com/reverie-rl/reverie/internal/kernel"
)

// product describes a matrix product to the kernels.
func (e *Executable[T]) product(v *Value) kernel.Product {
	p := matrices(v)
	p.Bias, p.Reused = len(v.inputs) == 3, e.packed[v]
	return p
}

// scratchSize is the number of elements that an operation needs only while it runs.
func (e *Executable[T]) scratchSize(v *Value) int {
	switch v.op {
	case opMatMul:
		return e.set.PackSize(e.product(v))
	case opBatchMatMul:
		return batchSize(v) * e.set.PackSize(matrices(v))
	case opConvolve, opConvolveTransposed:
		return packSize(v)
	case opConvolveKernel:
		return kernelParts(v) * v.shape.Size()
	case opSum:
		return sumScratch(v)
	case opScan:
		e.scans[v] = e.planScan(v)
		return e.scans[v].size
	}
	return 0
}

// compileValue appends the stages of one operation, with its memory bound.
func (e *Executable[T]) compileValue(v *Value, scratch []T) {
	var in [][]T
	for _, input := range v.inputs {
		in = append(in, e.buffers[input])
	}
	out := e.buffers[v]
	if v.op == opScan {
		e.scan(v, out, scratch)
		return
	}
	if steps := e.stages(v, out, in, scratch); len(steps) > 0 {
		for i := range steps[:len(steps)-1] {
			steps[i].span = nil // only of the last stage is it known what it reads and writes
		}
		last := &steps[len(steps)-1]
		last.work = v.cost()
		reduces := last.size != len(out) && v.op.reduces() // rows of its input, each to one element
		if last.size != len(out) && !reduces {
			last.span, last.tile = nil, 0
		}
		last.writes = regionOf(out, !reduces)
		for _, operand := range in {
			aligned := (v.op.alongside() || reduces) && len(operand) == last.size
			last.reads = append(last.reads, regionOf(operand, aligned))
		}
		last.reads = append(last.reads, regionOf(scratch, false))
		e.append(operation[T]{value: v, in: in, out: out, steps: steps})
	}
}

// append makes o the next operation.
func (e *Executable[T]) append(o operation[T]) {
	for i := range o.steps {
		o.steps[i].values = []*Value{o.value}
	}
	e.operations = append(e.operations, o)
}

// schedule returns the stages of all operations as they are to be run: fused, and parameters set last.
func (e *Executable[T]) schedule() []step {
	var steps, effects []step
	for _, o := range e.operations {
		if o.value.op.effect() {
			effects = append(effects, o.steps...)
		} else {
			steps = append(steps, o.steps...)
		}
	}
	if e.program.setsEachParameterOnce() {
		effects = sideBySide(effects)
	}
	return append(fuse(steps), effects...)
}

// stages returns the stages of one operation that fills out from in.
func (e *Executable[T]) stages(v *Value, out []T, in [][]T, scratch []T) []step {
	if v.op.pointwise() {
		return e.elementwise(v, out, in)
	}
	switch v.op {
	case opTyped:
		return e.convert(v, out)
	case opNormal:
		return e.normal(v, out)
	case opUniform:
		return e.uniform(v, out)
	case opMatMul:
		return e.matMul(v, out, in, scratch)
	case opBatchMatMul:
		return e.batchMatMul(v, out, in[0], in[1], scratch)
	case opSum:
		return e.sum(v, out, in[0], scratch)
	case opMaximum:
		return e.maximum(v, out, in[0])
	case opStandardise:
		return e.standardise(v, out, in[0])
	case opStandardiseGradient:
		return e.standardiseGradient(v, out, in[0], in[1])
	case opBroadcast, opTranspose:
		return e.gather(v, out, in[0])
	case opConcat:
		return e.concat(v, out, in)
	case opSlice:
		return e.slice(v, out, in[0])
	case opEmbed:
		return e.embed(v, out, in[0])
	case opGather:
		return e.gatherRows(v, out, in[0], in[1])
	case opScatter:
		return e.scatterRows(v, out, in[0], in[1])
	case opOneHot:
		return e.oneHot(v, out, in[0])
	case opPatches:
		return e.patches(v, out, in[0])
	case opOverlapAdd:
		return e.overlapAdd(v, out, in[0])
	case opWhere:
		return e.where(v, out, in)
	case opArgMax:
		return e.argMax(v, out, in[0])
	case opTopK:
		return e.topK(v, out, in[0])
	case opRecurrence:
		return e.recurrence(v, out, in[0], append(in, nil)[1])
	case opConvolve:
		return e.convolve(v, out, in, scratch)
	case opConvolveTransposed:
		return e.convolveTransposed(v, out, in, scratch)
	case opConvolveKernel:
		return e.convolveKernel(v, out, in, scratch)
	case opCopy:
		return flat(len(out), func(start, end int) { copy(out[start:end], in[0][start:end]) })
	case opCall:
		return e.call(v, out, in)
	case opAssign:
		return e.assign(v.parameters[0], in[0])
	case opAdam:
		return e.adam(v, in)
	}
	return nil
}

func (e *Executable[T]) elementwise(v *Value, out []T, in [][]T) []step {
	if v.op.unary() {
		return e.unary(v, out, in[0])
	}
	return e.binary(v, out, in[0], in[1])
}

func (e *Executable[T]) matMul(v *Value, out []T, in [][]T, packed []T) []step {
	p, set := e.product(v), e.set
	a, b, bias := in[0], in[1], []T(nil)
	if p.Bias {
		bias = in[2]
	}
	var steps []step
	if tiles := set.PackTiles(p); tiles > 0 && !e.packed[v] {
		steps = one(tiles, func(tile int) { set.Pack(p, tile, packed, b) })
	}
	multiply := set.Multiply(p)
	run := func(tile int) { multiply(tile, out, a, b, packed, bias) }
	return append(steps, step{tiles: set.MultiplyTiles(p), run: run, size: len(out), tile: set.MultiplyRows(p) * p.N})
}

func (e *Executable[T]) standardise(v *Value, out, x []T) []step {
	epsilon, apply := T(v.constant), e.set.Standardise
	return rows(len(out), v.shape[len(v.shape)-1], func(start, end int) {
		apply(out[start:end], x[start:end], epsilon)
	})
}

// standardiseGradient computes the standardised row again, which is cheaper than keeping it.
func (e *Executable[T]) standardiseGradient(v *Value, out, x, g []T) []step {
	epsilon, set := T(v.constant), e.set
	return rows(len(out), v.shape[len(v.shape)-1], func(start, end int) {
		row := out[start:end]
		inverse := set.Standardise(row, x[start:end], epsilon)
		set.StandardiseGradient(row, row, g[start:end], inverse)
	})
}

func (e *Executable[T]) call(v *Value, out []T, in [][]T) []step {
	arguments := make([][]float64, len(in))
	for i := range in {
		arguments[i] = make([]float64, len(in[i]))
	}
	result := make([]float64, len(out))
	return one(1, func(int) {
		for i := range in {
			for j, x := range in[i] {
				arguments[i][j] = float64(x)
			}
		}
		v.call(result, arguments)
		for i, x := range result {
			out[i] = T(x)
		}
	})
}

func (e *Executable[T]) assign(parameter *Parameter, value []T) []step {
	target := e.storage[parameter]
	return flat(len(target), func(start, end int) {
		if !parameter.Frozen {
			copy(target[start:end], value[start:end])
		}
	})
}

func (e *Executable[T]) adam(v *Value, in [][]T) []step {
	s, apply := v.adam, e.set.Adam
	parameter, first, second := e.storage[s.Parameter], e.storage[s.First], e.storage[s.Second]
	return flat(len(parameter), func(start, end int) {
		if s.Parameter.Frozen || s.First.Frozen || s.Second.Frozen { // they move together or not at all
			return
		}
		step := float64(in[3][0])
		apply(parameter[start:end], first[start:end], second[start:end], in[0][start:end], kernel.AdamStep[T]{
			Scale: in[1][0], Rate: in[2][0], Beta1: T(s.Beta1), Beta2: T(s.Beta2), Epsilon: T(s.Epsilon),
			Correction1: T(1 - math.Pow(s.Beta1, step)), Correction2: T(1 - math.Pow(s.Beta2, step)),
		})
	})
}
