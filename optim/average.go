package optim

import "github.com/reverie-rl/reverie/grad"

// Average traces one step of an exponential moving average of parameters, such as target networks that
// follow the online ones (Lillicrap et al., 2016, DDPG):
//
//	average ← (1 - rate) average + rate · parameter
//
// with the parameters as they are before the update. The trees have the same shapes in the same order.
func Average(t *grad.Tracer, average, parameters grad.Tree, rate float64) {
	for i, named := range average {
		old := t.Value(named.Parameter)
		t.Assign(named.Parameter, t.Value(parameters[i].Parameter).Sub(old).Mul(grad.Scalar(rate)).Add(old))
	}
}
