package run

import (
	"github.com/reverie-rl/reverie/env"
)

// Violation is how often a constraint of an env.Constrained did not hold. FIRST steps do not count: no action led there.
type Violation struct {
	Name       string  `json:"name"`
	Count      int     `json:"count"`       // steps in all episodes
	PerEpisode float64 `json:"per_episode"` // steps, on average
	Worst      int     `json:"worst"`       // steps in the worst episode
}

// ObjectiveReturn is what episodes came to in one objective of an env.MultiObjective.
type ObjectiveReturn struct {
	Name    string    `json:"name"`
	Mean    float64   `json:"mean"`
	Returns []float64 `json:"returns"` // undiscounted, of each episode
}

// tally counts violations and adds up objectives, episode by episode.
type tally struct {
	violations []Violation
	objectives []ObjectiveReturn
	violated   []int // in the present episode
	episodes   int
}

func newTally(environment env.Environment) *tally {
	t := &tally{}
	for _, name := range env.Constraints(environment) {
		t.violations = append(t.violations, Violation{Name: name})
	}
	for _, name := range env.Objectives(environment) {
		t.objectives = append(t.objectives, ObjectiveReturn{Name: name})
	}
	t.violated = make([]int, len(t.violations))
	return t
}

// begin begins an episode.
func (t *tally) begin() {
	t.episodes++
	clear(t.violated)
	for i := range t.objectives {
		t.objectives[i].Returns = append(t.objectives[i].Returns, 0)
	}
}

// add takes a time step in.
func (t *tally) add(step env.TimeStep) {
	if step.Type == env.First {
		t.begin()
		return
	}
	for i, holds := range step.Satisfied {
		if !holds {
			t.violated[i]++
			t.violations[i].Count++
			t.violations[i].Worst = max(t.violations[i].Worst, t.violated[i])
		}
	}
	for i := range t.objectives {
		t.objectives[i].Returns[t.episodes-1] += step.Rewards[i]
	}
}

// finish writes what was counted into e.
func (t *tally) finish(e *Evaluation) {
	for i := range t.violations {
		t.violations[i].PerEpisode = float64(t.violations[i].Count) / float64(t.episodes)
	}
	for i, o := range t.objectives {
		t.objectives[i].Mean = Evaluation{Returns: o.Returns}.Mean()
	}
	e.Violations, e.Objectives = t.violations, t.objectives
}
