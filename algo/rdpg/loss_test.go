package rdpg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/recurrent"
	"github.com/reverie-rl/reverie/grad"
)

// shaken returns a learner with random networks and random windows in place: the first begins with its
// episode, the second is of one step, the third ends with a termination.
func shaken(t *testing.T, c *Config) *learner {
	t.Helper()
	made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	w := l.windows
	literal.Shake(&l.Learner)
	literal.Fill(rand.New(rand.NewPCG(2, 2)), w.Discount, w.Observation, w.Action, w.Reward, w.State)
	for i := range w.Mask {
		w.Mask[i], w.Discount[i] = 1, 0.97
	}
	clear(w.First)
	w.First[0] = 1
	shorten(l, 1, 1)
	w.Discount[3*l.steps()-1] = 0
	return l
}

// shorten makes window number item one of so many steps.
func shorten(l *learner, item, steps int) {
	w, all := l.windows, l.steps()
	for k := steps; k < all; k++ {
		place := item*all + k
		w.Mask[place], w.Discount[place], w.Reward[place] = 0, 0, 0
		clear(w.Action[place*l.Sizes.Action : (place+1)*l.Sizes.Action])
		clear(w.Observation[(place+item+1)*l.Sizes.Observation : (place+item+2)*l.Sizes.Observation])
	}
}

// literalCore is what a core puts out after each row of inputs.
func literalCore(c recurrent.Core, inputs [][]float64, state []float64) [][]float64 {
	var outputs [][]float64
	state = slices.Clone(state)
	for _, x := range inputs {
		if c.LSTM != nil {
			stepLSTM(c, x, state)
		} else {
			stepGRU(c, x, state)
		}
		outputs = append(outputs, slices.Clone(state[:c.Size()]))
	}
	return outputs
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// stepLSTM changes a state of h and c as nn.LSTM says.
func stepLSTM(c recurrent.Core, x, state []float64) {
	size := len(state) / 2
	gates := literal.Linear(c.LSTM.Input, x)
	for j := range gates {
		for i := range size {
			gates[j] += state[i] * float64(c.LSTM.Recurrent.At(i, j))
		}
	}
	for i := range size {
		cell := sigmoid(gates[size+i])*state[size+i] + sigmoid(gates[i])*math.Tanh(gates[2*size+i])
		state[i], state[size+i] = sigmoid(gates[3*size+i])*math.Tanh(cell), cell
	}
}

// stepGRU changes a state as nn.GRU says.
func stepGRU(c recurrent.Core, x, state []float64) {
	size := len(state)
	input, hidden := literal.Linear(c.GRU.Input, x), literal.Linear(c.GRU.Recurrent, state)
	for i := range size {
		reset, update := sigmoid(input[i]+hidden[i]), sigmoid(input[size+i]+hidden[size+i])
		candidate := math.Tanh(input[2*size+i] + reset*hidden[2*size+i])
		state[i] = (1-update)*candidate + update*state[i]
	}
}

// state is the state at the first step of window number item.
func (l *learner) state(item int) []float64 {
	return literal.Row(l.windows.State, actor.StateSize(l.memorySize(), l.Sizes), item)
}

// history is what the cores read in window number item.
func (l *learner) history(item int) [][]float64 {
	steps, memory := l.steps(), l.memorySize()
	before := l.state(item)[memory : memory+l.Sizes.Action]
	var rows [][]float64
	for k := range steps + 1 {
		rows = append(rows, append(literal.Row(l.windows.Observation, l.Sizes.Observation, item*(steps+1)+k), before...))
		if k < steps {
			before = literal.Row(l.windows.Action, l.Sizes.Action, item*steps+k)
			for i, x := range before {
				before[i] = min(max(x, -1), 1)
			}
		}
	}
	return rows
}

// literalAction is the distribution of an action, and the square of its mean before tanh.
type literalAction struct {
	literal.Gaussian
	size float64
}

// literalPolicy is the distribution of the action at each observation of a window.
func (l *learner) literalPolicy(p policy, c recurrentCritic, item int) []literalAction {
	memory := l.state(item)[:p.Core.StateSize()]
	history := l.history(item)
	criticOutputs := l.criticOutputs(c, item)
	var all []literalAction
	for k, output := range literalCore(p.Core, history, memory) {
		if l.config.ReadCritic {
			output = append(output, criticOutputs[k]...)
		}
		features := literal.Torso(p.Torso, append(output, history[k][:l.Sizes.Observation]...))
		g := literalAction{Gaussian: literal.Gaussian{Mean: literal.Linear(p.Mean, features), Deviation: make([]float64, l.Sizes.Action)}}
		for i, raw := range g.Mean {
			g.Mean[i] = math.Tanh(raw)
			g.size += raw * raw
			if l.config.Stochastic {
				raw := literal.Linear(*p.Deviation, features)[i]
				g.Deviation[i] = l.config.MinimumDeviation + (l.config.MaximumDeviation-l.config.MinimumDeviation)*sigmoid(raw+2)
			}
		}
		all = append(all, g)
	}
	return all
}

// criticOutputs is what a critic's core puts out at each observation of a window.
func (l *learner) criticOutputs(c recurrentCritic, item int) [][]float64 {
	first := l.policy.Core.StateSize()
	return literalCore(c.Core, l.history(item), l.state(item)[first:first+c.Core.StateSize()])
}

// literalValue is the value of an action at each observation of a window, as a function of both.
func (l *learner) literalValue(c recurrentCritic, item int) func(k int, action []float64) float64 {
	history, outputs := l.history(item), l.criticOutputs(c, item)
	return func(k int, action []float64) float64 {
		return literal.Smallest(c.Head, append(slices.Clone(outputs[k]), history[k][:l.Sizes.Observation]...), action)
	}
}

// weights is the share of every step in the losses.
func (l *learner) weights() []float64 {
	steps, sum := l.steps(), 0.0
	weights := make([]float64, l.Batch*steps)
	for place := range weights {
		item, k := place/steps, place%steps
		if l.windows.Mask[place] == 1 && (k >= l.config.BurnIn || l.windows.First[item] == 1) {
			weights[place] = 1
			sum++
		}
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}

// noise is that of a stream at every row of a window of rows.
func (l *learner) noise(stream uint64, rows int) func(item, k int) []float64 {
	all := make([]float32, l.Batch*rows*l.Sizes.Action)
	if l.config.Stochastic {
		all = literal.Noise(len(all), l.Seed, stream, l.Updates())
	}
	return func(item, k int) []float64 { return literal.Row(all, l.Sizes.Action, item*rows+k) }
}

func (l *learner) literalCriticLoss() float64 {
	steps, weights, loss := l.steps(), l.weights(), 0.0
	noise := l.noise(offpolicy.StreamLearner, steps+1)
	for item := range l.Batch {
		policy, next, value := l.literalPolicy(l.targetPolicy, l.targetCritic, item), l.literalValue(l.targetCritic, item), l.literalValue(l.critic, item)
		bootstrap := func(k int) float64 { return next(k, policy[k].Sample(noise(item, k))) }
		known := 0
		for known < steps && l.windows.Mask[item*steps+known] == 1 {
			known++
		}
		target := bootstrap(known)
		for k := known - 1; k >= 0; k-- {
			place := item*steps + k
			mixed := (1-l.config.Lambda)*bootstrap(k+1) + l.config.Lambda*target
			target = float64(l.windows.Reward[place]) + l.config.Discount*float64(l.windows.Discount[place])*mixed
			difference := value(k, literal.Row(l.windows.Action, l.Sizes.Action, place)) - target
			loss += weights[place] * difference * difference / 2
		}
	}
	return loss
}

func (l *learner) literalPolicyLoss() float64 {
	steps, weights, loss := l.steps(), l.weights(), 0.0
	noise := l.noise(offpolicy.StreamGradient, steps)
	for item := range l.Batch {
		policy, value := l.literalPolicy(l.policy, l.critic, item), l.literalValue(l.critic, item)
		for k := range steps {
			gain := value(k, policy[k].Sample(noise(item, k))) - l.config.Saturation*policy[k].size
			for _, deviation := range policy[k].Deviation {
				if l.config.Stochastic {
					gain += l.config.Entropy * math.Log(deviation*math.Sqrt(2*math.Pi*math.E))
				}
			}
			loss -= weights[item*steps+k] * gain
		}
	}
	return loss
}

// Episodes of three steps, and windows with a burn-in: the losses are those of the literal version, and
// their gradients through time those of finite differences.
func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"episodes of an LSTM": func(c *Config) { c.Episodes, c.BurnIn = true, 0 },
		"episodes of a GRU":   func(c *Config) { c.Episodes, c.BurnIn, c.Core = true, 0, recurrent.GRU },
		"windows":             func(*Config) {},
		"reading the critic":  func(c *Config) { c.ReadCritic = true },
		"one-step returns":    func(c *Config) { c.Lambda = 0 },
		"stochastic":          func(c *Config) { c.Stochastic, c.Entropy = true, 0.3 },
	} {
		t.Run(name, func(t *testing.T) {
			c := small()
			c.Saturation = 0.1
			change(c)
			l := shaken(t, c)
			literal.CheckUpdate(t, l, l.Run,
				literal.Loss{Name: "critic", Value: l.literalCriticLoss, Tree: grad.TreeOf(l.critic)},
				literal.Loss{Name: "policy", Value: l.literalPolicyLoss, Tree: grad.TreeOf(l.policy)})
		})
	}
}

// The order of the windows in a batch means nothing.
func TestOrderOfWindows(t *testing.T) {
	norms := func(turn bool) (critic, policy float64) {
		l := shaken(t, small())
		if turn {
			w := l.windows
			for _, slab := range [][]float32{w.Observation, w.Action, w.Reward, w.Discount, w.State, w.First, w.Mask} {
				width := len(slab) / l.Batch
				slices.Reverse(slab)
				for i := range l.Batch {
					slices.Reverse(slab[i*width : (i+1)*width])
				}
			}
		}
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		return literal.Metric(t, l, "critic/gradient_norm"), literal.Metric(t, l, "policy/gradient_norm")
	}
	critic, policy := norms(false)
	turnedCritic, turnedPolicy := norms(true)
	literal.Near(t, "norm of the critic's gradient", turnedCritic, critic, 1e-5)
	literal.Near(t, "norm of the policy's gradient", turnedPolicy, policy, 1e-5)
}

// What stands behind the end of a window changes nothing.
func TestPaddingIsNotSeen(t *testing.T) {
	loss := func(padding float32) float64 {
		l := shaken(t, small())
		steps, w := l.steps(), l.windows
		for i := steps + 1 + 2; i < 2*(steps+1); i++ { // observations of window 1 behind that of step 1
			w.Observation[i*l.Sizes.Observation] = padding
		}
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		return literal.Metric(t, l, "critic/loss") + literal.Metric(t, l, "policy/gradient_norm")
	}
	if a, b := loss(0), loss(7); a != b {
		t.Errorf("the losses and gradients are %v and %v", a, b)
	}
}
