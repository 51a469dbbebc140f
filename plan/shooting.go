package plan

import "github.com/reverie-rl/reverie/internal/rng"

// Shooting is random shooting: the best of sequences drawn uniformly from all that are allowed. More
// iterations are more samples. It is what other planners have to beat.
type Shooting struct {
	Sizes

	search search
}

// Plan implements Planner.
func (p *Shooting) Plan(rollout Rollout, start Start, budget Budget) (Plan, error) {
	s := &p.search
	if err := s.begin(p.Sizes, start, budget); err != nil {
		return Plan{}, err
	}
	made := 0
	for i := range budget.rounds() {
		rng.Uniform(s.actions, s.key(i), 0)
		for j, x := range s.actions {
			s.actions[j] = 2*x - 1
		}
		s.try(rollout)
		made++
	}
	return Plan{Actions: s.best, Score: s.bestScore, Iterations: made}, nil
}
