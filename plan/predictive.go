package plan

import "github.com/reverie-rl/reverie/internal/rng"

// Predictive is predictive sampling (Howell et al., 2022): the plan is a spline, normal noise
// moves its knots, and the best of the plan so far and of the moved ones is the new plan. The knots of the
// plan so far are read off Start.Nominal, where they stand now: a plan that Shift moved is thereby
// moved in time.
type Predictive struct {
	Sizes
	Spline      Spline
	Knots       int
	Exploration float64 // deviation of the noise of a knot; 1 is half the range of an action

	search search
	curve  curve
	knots  []float32 // [knots, action] of the best sequence
	moved  []float32 // [samples, knots, action]
}

// Plan implements Planner.
func (p *Predictive) Plan(rollout Rollout, start Start, budget Budget) (Plan, error) {
	s := &p.search
	if err := s.begin(p.Sizes, start, budget); err != nil {
		return Plan{}, err
	}
	if size := p.Knots * p.Action; len(p.knots) != size || len(p.moved) != budget.Samples*size {
		p.curve = newCurve(p.Spline, p.Horizon, p.Knots)
		p.knots, p.moved = make([]float32, size), make([]float32, budget.Samples*size)
	}
	p.curve.read(p.knots, s.best, p.Action)
	made := 0
	for i := range budget.rounds() {
		p.move(i)
		before := s.bestScore
		s.try(rollout)
		if s.bestScore > before {
			p.adopt(s.order[0])
		}
		made++
	}
	return Plan{Actions: s.best, Score: s.bestScore, Iterations: made}, nil
}

// move fills the samples with splines through knots near those of the best sequence.
func (p *Predictive) move(iteration int) {
	s := &p.search
	rng.Normal(p.moved, s.key(iteration), 0)
	for i := range s.scores {
		knots := p.movedTo(i)
		for j := range knots {
			knots[j] = p.knots[j] + float32(p.Exploration)*knots[j]
		}
		clip(knots)
		p.curve.draw(s.sequence(i), knots, p.Action)
	}
}

// movedTo is the knots of sample i.
func (p *Predictive) movedTo(i int) []float32 {
	size := len(p.knots)
	return p.moved[i*size : (i+1)*size]
}

// adopt takes over the knots of the new best sequence, sample i.
func (p *Predictive) adopt(i int) {
	s := &p.search
	if i > len(s.start.Proposals)/s.sizes.Size() {
		copy(p.knots, p.movedTo(i))
		return
	}
	p.curve.read(p.knots, s.best, p.Action) // it was not drawn from knots
}
