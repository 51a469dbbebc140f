package agenttest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
)

// toyPolicy adds noise, and what it remembers, to the linear mean.
type toyPolicy struct {
	learner *toyLearner
	own     *grad.Parameter
	values  []float32
	state   [1]float32
	secret  float32 // is memory, with the fault "remembers in secret"
	acts    uint64
	source  rand.PCG
}

func (p *toyPolicy) StateSize() int { return len(p.state) }

func (p *toyPolicy) Refresh() {
	if p.learner.fault != "does not refresh" {
		copy(p.own.Data, p.learner.Weight.Data)
	}
}

func (p *toyPolicy) Act(seen agent.Observation, state []float32, occasion uint64, deterministic bool) agent.Action {
	p.acts++
	observation := seen.Numbers
	deviation, remembered, size := p.noise(occasion, deterministic), p.remember(observation, state), len(p.values)
	clear(p.values)
	for i, x := range p.own.Data {
		if p.learner.fault != "sees nothing" {
			x *= observation[i/size]
		}
		p.values[i%size] += x
	}
	for i := range p.values {
		p.values[i] += deviation*float32(p.source.Uint64()%1000)/1000 + remembered
	}
	probability := p.choose()
	switch p.learner.fault {
	case "impossible action":
		probability = float32(math.Inf(-1))
	case "writes to the observation":
		observation[0] = 0
	case "action too long":
		return agent.Action{Values: append(p.values, 0), State: p.state[:]}
	case "state too long":
		return agent.Action{Values: p.values, State: []float32{0, 0}}
	case "allocates when acting":
		toySink = make([]float32, 100)
	}
	return agent.Action{Values: p.values, LogProbability: probability, State: p.state[:]}
}

// choose makes a choice of the values, if actions are discrete, and returns the log-probability.
func (p *toyPolicy) choose() float32 {
	if !p.learner.sizes.Discrete {
		return -1
	}
	largest := slices.Max(p.values)
	best := slices.Index(p.values, largest)
	clear(p.values)
	p.values[best] = 1
	switch p.learner.fault {
	case "no choice":
		p.values[best] = 0.5
	case "two choices":
		p.values[1-min(best, 1)] = 1
	case "more than certain":
		return 0.5
	}
	return -1 / (1 + largest*largest)
}

// remember returns what the state adds to the mean, and sets the next.
func (p *toyPolicy) remember(observation, state []float32) float32 {
	remembered := state[0] + p.secret
	p.state[0] = 0.5*state[0] + observation[0]
	switch p.learner.fault {
	case "remembers in secret":
		p.secret += observation[0]
	case "forgets":
		p.state[0] = 0
	case "remembers no number":
		p.state[0] = float32(math.Inf(1))
	case "writes to the state":
		state[0]++
	}
	return remembered
}

// noise seeds the policy's noise and returns its size.
func (p *toyPolicy) noise(occasion uint64, deterministic bool) float32 {
	seed := p.learner.seed
	switch p.learner.fault {
	case "one noise for all":
		occasion = 1
	case "counts acts":
		occasion = p.acts
	case "no seed in noise":
		seed = 1
	}
	if deterministic && p.learner.fault != "noisy mode" {
		return 0
	}
	p.source.Seed(seed, occasion)
	return 1
}

func TestAHealthyAlgorithmPasses(t *testing.T) {
	Run(t, toy(""), func() agent.Config { return &toyConfig{} })
}

// faults names the check that must find each.
var faults = map[string]string{
	"no default":                       "Presets",
	"invalid preset":                   "Presets",
	"takes any configuration":          "ForeignConfig",
	"same names":                       "Parts",
	"empty part":                       "Parts",
	"new parameters":                   "Parts",
	"begins apart":                     "Copies",
	"copies nobody":                    "Copies",
	"does not say what it copies":      "Copies",
	"thaws":                            "Frozen",
	"wanders":                          "Frozen",
	"learns nothing":                   "Frozen",
	"renames metrics":                  "Metrics",
	"no number":                        "Metrics",
	"counts by two":                    "Metrics",
	"changes without experience":       "EmptyReplay",
	"learns without experience":        "EmptyReplay",
	"ignores the seed":                 "Seeds",
	"draws anywhere":                   "Seeds",
	"counts workers":                   "Workers",
	"forgets the optimiser":            "Resume",
	"does not resume":                  "Resume",
	"hidden state":                     "Resume",
	"overflows in silence":             "HugeRewards",
	"noisy mode":                       "Mode",
	"sees nothing":                     "Mode",
	"impossible action":                "Mode",
	"writes to the observation":        "Mode",
	"action too long":                  "Sample",
	"one noise for all":                "Sample",
	"counts acts":                      "Sample",
	"remembers in secret":              "Memory",
	"forgets":                          "Memory",
	"remembers no number":              "Memory",
	"writes to the state":              "Memory",
	"state too long":                   "Memory",
	"no seed in noise":                 "PolicySeed",
	"shares parameters":                "Refresh",
	"does not refresh":                 "Refresh",
	"allocates":                        "Allocation",
	"allocates when acting":            "Allocation",
	"dreams at random":                 "Dreams",
	"dreams with few numbers":          "Dreams",
	"dreams no number":                 "Dreams",
	"dreams too short":                 "Dreams",
	"continues for sure twice":         "Dreams",
	"negative deviation":               "Dreams",
	"unsure of what it saw":            "Dreams",
	"learns from dreams":               "Dreams",
	"dreams as it was":                 "Dreams",
	"peeks":                            "Dreams",
	"ignores actions":                  "Dreams",
	"reconstructs less with a horizon": "Dreams",
	"dreams over any span":             "Dreams",
	"dreams of any segment":            "Dreams",
	"copies anything":                  "Simulating",
	"stands anywhere":                  "Simulating",
	"counts copies":                    "Simulating",
	"learns":                           "Untrained",
	"wants to learn":                   "Untrained",
	"has parts":                        "Untrained",
}

// discrete faults can be made only with choices.
var discreteFaults = map[string]string{
	"no choice":         "Mode",
	"two choices":       "Mode",
	"more than certain": "Sample",
}

func TestAHealthyUntrainedAlgorithmPasses(t *testing.T) {
	Run(t, fixed(""), func() agent.Config { return &fixedConfig{} })
}

func TestFaultsAreFound(t *testing.T) {
	for _, kind := range kinds {
		for fault, name := range faults {
			if fixed("").Fits(kind.sizes) == nil || name != "Simulating" && name != "Untrained" {
				t.Run(kind.name+"/"+fault, func(t *testing.T) { mustFind(t, fault, name, kind.sizes) })
			}
		}
	}
	for fault, name := range discreteFaults {
		t.Run(fault, func(t *testing.T) { mustFind(t, fault, name, kinds[1].sizes) })
	}
}

// mustFind fails the test unless the check of this name finds the fault.
func mustFind(t *testing.T, fault, name string, sizes agent.Sizes) {
	t.Helper()
	s := suite{toy(fault), func() agent.Config { return &toyConfig{fault} }, sizes}
	if name == "Simulating" || name == "Untrained" {
		s.algorithm, s.preset = fixed(fault), func() agent.Config { return &fixedConfig{fault} }
	}
	if fault == "no default" {
		s.preset = func() agent.Config { return &toyConfig{} }
	}
	if err := find(t, name).run(s); err == nil {
		t.Errorf("%s passes", name)
	}
}

// Every check finds some fault.
func TestEveryCheckCanFail(t *testing.T) {
	failing := map[string]bool{}
	for _, name := range faults {
		failing[name] = true
	}
	for _, c := range slices.Concat(checks, learning, untrained) {
		if !failing[c.name] {
			t.Errorf("no fault makes %s fail", c.name)
		}
	}
}

func find(t *testing.T, name string) check {
	for _, c := range slices.Concat(checks, learning, untrained) {
		if c.name == name {
			return c
		}
	}
	t.Fatalf("there is no check %q", name)
	return check{}
}
