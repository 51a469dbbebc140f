package plan

import "math"

// MPPI is model predictive path integral control as TD-MPC2 has it: like CEM, but
// an elite counts the more the higher its return is, which suits a few proposals of a policy among
// many random sequences. TD-MPC2 then draws one of the elites; here the plan is their mean.
type MPPI struct {
	Sizes
	Elites           int     // samples to which the distribution moves
	Deviation        float64 // with which every plan begins
	MinimumDeviation float64
	Temperature      float64 // the loss of return by which the weight of an elite falls to 1/e

	search search
}

// Plan implements Planner.
func (p *MPPI) Plan(rollout Rollout, start Start, budget Budget) (Plan, error) {
	s := &p.search
	if err := s.begin(p.Sizes, start, budget); err != nil {
		return Plan{}, err
	}
	s.spread(p.Deviation)
	made := 0
	for i := range budget.rounds() {
		s.draw(i)
		s.try(rollout)
		made++
		if elites := s.elites(p.Elites); len(elites) > 0 {
			s.fit(elites, p.weights(elites), 0, p.MinimumDeviation)
		}
	}
	return Plan{Actions: s.mean, Score: s.bestScore, Iterations: made}, nil
}

// weights is softmax(R / temperature) over the elites.
func (p *MPPI) weights(elites []int) []float64 {
	weights, sum := p.search.weights[:len(elites)], 0.0
	highest := p.search.scores[elites[0]]
	for e, i := range elites {
		weights[e] = math.Exp(float64(p.search.scores[i]-highest) / p.Temperature)
		sum += weights[e]
	}
	for e := range weights {
		weights[e] /= sum
	}
	return weights
}
