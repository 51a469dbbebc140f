package plan

// CEM is the cross-entropy method: a normal distribution over sequences moves to the best of its
// samples (PlaNet, algorithm 2). Its plan is the mean.
type CEM struct {
	Sizes
	Elites           int     // samples to which the distribution moves
	Deviation        float64 // with which every plan begins
	MinimumDeviation float64
	Momentum         float64 // the share of mean and deviation that an iteration leaves as it was, as in PETS; 0 in PlaNet

	search search
}

// Plan implements Planner.
func (p *CEM) Plan(rollout Rollout, start Start, budget Budget) (Plan, error) {
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
			weights := s.weights[:len(elites)]
			for e := range weights {
				weights[e] = 1 / float64(len(elites))
			}
			s.fit(elites, weights, p.Momentum, p.MinimumDeviation)
		}
	}
	return Plan{Actions: s.mean, Score: s.bestScore, Iterations: made}, nil
}
