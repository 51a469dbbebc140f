package plan

import "gonum.org/v1/gonum/mat"

// quadratic is the model of a step near a trajectory, with z = (x, u) the distance of state and action:
//
//	x' = [A B] z,   cost = gradient'z + z' Hessian z / 2
type quadratic struct {
	dynamics *mat.Dense    // [state, state + action] = [A B]
	gradient *mat.VecDense // [state + action] of the cost, which is minus the reward
	hessian  *mat.Dense    // [state + action, state + action], not negative
}

// approximate finds the models of all steps of a recorded trajectory by central differences of the given
// size: 1 + 2d + d(d-1)/2 probes a step with d = state + action.
func approximate(system System, at Trajectory, size float64) []quadratic {
	var probes []Probe
	for t := range at.Actions {
		probes = appendProbes(probes, t, at.States[t], inside(at.Actions[t], size), size)
	}
	system.Probe(probes)
	models, count := make([]quadratic, len(at.Actions)), len(probes)/len(at.Actions)
	for t := range models {
		models[t] = fitQuadratic(probes[t*count:(t+1)*count], size)
	}
	return models
}

// inside moves an action away from its bounds, so that a difference has two sides.
func inside(action []float64, size float64) []float64 {
	moved := make([]float64, len(action))
	for i, a := range action {
		moved[i] = min(max(a, size-1), 1-size)
	}
	return moved
}

// appendProbes appends the probes of step t: the centre, each element up, each down, and each pair up.
func appendProbes(probes []Probe, t int, state, action []float64, size float64) []Probe {
	states, elements := len(state), len(state)+len(action)
	add := func(moves map[int]float64) {
		z := append(append(make([]float64, 0, elements), state...), action...)
		for i, by := range moves {
			z[i] += by
		}
		probes = append(probes, Probe{Step: t, State: z[:states:states], Action: z[states:]})
	}
	add(nil)
	for _, by := range []float64{size, -size} {
		for i := range elements {
			add(map[int]float64{i: by})
		}
	}
	for i := range elements {
		for j := range i {
			add(map[int]float64{i: size, j: size})
		}
	}
	return probes
}

// fitQuadratic turns the probes of a step into its model. What broke down counts as flat.
func fitQuadratic(probes []Probe, size float64) quadratic {
	states := len(probes[0].State)
	elements := states + len(probes[0].Action)
	up, down, pairs := probes[1:], probes[1+elements:], probes[1+2*elements:]
	centre := probes[0].Reward
	model := quadratic{mat.NewDense(states, elements, nil), mat.NewVecDense(elements, nil), mat.NewDense(elements, elements, nil)}
	curvature := mat.NewSymDense(elements, nil)
	for i := range elements {
		for s := range states {
			model.dynamics.Set(s, i, finiteOr0((up[i].Next[s]-down[i].Next[s])/(2*size)))
		}
		model.gradient.SetVec(i, -finiteOr0((up[i].Reward-down[i].Reward)/(2*size)))
		curvature.SetSym(i, i, -finiteOr0((up[i].Reward-2*centre+down[i].Reward)/(size*size)))
		for j := range i {
			curvature.SetSym(i, j, -finiteOr0((pairs[0].Reward-up[i].Reward-up[j].Reward+centre)/(size*size)))
			pairs = pairs[1:]
		}
	}
	model.hessian = notNegative(curvature)
	return model
}

func finiteOr0(x float64) float64 {
	if !finite(x) {
		return 0
	}
	return x
}

func finite(x float64) bool { return x-x == 0 }

// notNegative is m with 0 in place of its negative eigenvalues: the nearest matrix of a convex function.
func notNegative(m *mat.SymDense) *mat.Dense {
	size := m.SymmetricDim()
	var eigen mat.EigenSym
	var vectors, scaled, result mat.Dense
	if !eigen.Factorize(m, true) {
		return mat.NewDense(size, size, nil)
	}
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil)
	for i := range values {
		values[i] = max(values[i], 0)
	}
	scaled.Mul(&vectors, mat.NewDiagDense(size, values))
	result.Mul(&scaled, vectors.T())
	return &result
}
