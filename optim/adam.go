// Package optim changes parameters: optimisers, gradient clipping, target copies and dual variables.
package optim

import (
	"github.com/reverie-rl/reverie/grad"
)

// Adam is the optimiser of Kingma and Ba (2015) for one list of parameters, with its state. The
// state is exported so that grad.TreeOf finds it and a checkpoint keeps it.
type Adam struct {
	Rate          float64
	Beta1, Beta2  float64
	Epsilon       float64
	First, Second []*grad.Parameter // moments of the gradient, one for each parameter
	Count         *grad.Parameter   // scalar: the number of steps taken
	parameters    []*grad.Parameter
}

// NewAdam returns an optimiser for the parameters of tree with the paper's constants and this
// learning rate.
func NewAdam(tree grad.Tree, rate float64) *Adam {
	a := &Adam{Rate: rate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Count: grad.NewParameter()}
	for _, named := range tree {
		a.parameters = append(a.parameters, named.Parameter)
		a.First = append(a.First, grad.NewParameter(named.Shape...))
		a.Second = append(a.Second, grad.NewParameter(named.Shape...))
	}
	return a
}

// Minimise traces one step that lowers loss, with the gradient clipped to the global norm limit,
// or not at all if limit is 0. It returns the norm of the gradient before clipping.
func (a *Adam) Minimise(t *grad.Tracer, loss *grad.Value, limit float64) (norm *grad.Value) {
	gradients := grad.Gradient(loss, operands(a.parameters)...)
	norm = GlobalNorm(gradients)
	scale := grad.Operand(grad.Scalar(1))
	if limit > 0 {
		scale = ClipScale(t, norm, limit)
	}
	a.step(t, gradients, scale)
	return norm
}

// step traces the update of every parameter.
func (a *Adam) step(t *grad.Tracer, gradients []*grad.Value, scale grad.Operand) {
	count := t.Value(a.Count).Add(grad.Scalar(1))
	rate := t.Value(grad.Scalar(a.Rate))
	for i, parameter := range a.parameters {
		t.Adam(grad.AdamState{
			Parameter: parameter, First: a.First[i], Second: a.Second[i],
			Beta1: a.Beta1, Beta2: a.Beta2, Epsilon: a.Epsilon,
		}, gradients[i], scale, rate, count)
	}
	t.Assign(a.Count, count)
}

func operands(parameters []*grad.Parameter) []grad.Operand {
	list := make([]grad.Operand, len(parameters))
	for i, parameter := range parameters {
		list[i] = parameter
	}
	return list
}

// GlobalNorm is the Euclidean norm of all gradients together, a scalar.
func GlobalNorm(gradients []*grad.Value) *grad.Value {
	sum := gradients[0].Square().Sum()
	for _, gradient := range gradients[1:] {
		sum = sum.Add(gradient.Square().Sum())
	}
	return sum.Sqrt()
}

// ClipScale is the factor min(1, limit / norm) that brings gradients of this norm down to limit.
func ClipScale(t *grad.Tracer, norm *grad.Value, limit float64) *grad.Value {
	return t.Value(grad.Scalar(limit)).Div(norm.Max(grad.Scalar(limit)))
}
