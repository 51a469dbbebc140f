package svg

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
)

// literalModel is a model in slow float64, with the scale of changes of an update.
type literalModel struct {
	model
	floor float64 // of the deviation
	scale []float64
}

// literalPolicy is the distribution that the policy gives.
func (l *learner) literalPolicy(observation []float64) literal.Gaussian {
	return l.literalNetwork(l.policy, observation)
}

// at is the model as an update from these transitions sees it.
func (m model) at(l *offpolicy.Learner, floor float64) literalModel {
	made := literalModel{m, floor, make([]float64, l.Sizes.Observation)}
	share := max(1/(float64(m.Scale.Count.Data[0])+1), slowest)
	for i := range made.scale {
		mean := 0.0
		for j := range l.Batch {
			change := literal.Row(l.Transitions.Next, l.Sizes.Observation, j)[i] - literal.Row(l.Transitions.Observation, l.Sizes.Observation, j)[i]
			mean += change * change / float64(l.Batch)
		}
		old := float64(m.Scale.Square.Data[i])
		made.scale[i] = math.Sqrt(old + share*(mean-old))
	}
	return made
}

// change is the distribution of the change in units of the scale.
func (m literalModel) change(state, action []float64) literal.Gaussian {
	pair := append([]float64{}, state...)
	for _, x := range action {
		pair = append(pair, min(max(x, -1), 1))
	}
	return literal.Policy(m.Dynamics, 1, m.floor, pair)
}

// scaled is the change between two states in units of the scale.
func (m literalModel) scaled(state, next []float64) []float64 {
	changes := make([]float64, len(state))
	for i := range changes {
		changes[i] = (next[i] - state[i]) / m.scale[i]
	}
	return changes
}

func (m literalModel) next(state, action, noise []float64) []float64 {
	next := m.change(state, action).Sample(noise)
	for i := range next {
		next[i] = state[i] + m.scale[i]*next[i]
	}
	return next
}

func (m literalModel) noise(state, action, next []float64) []float64 {
	noise := infer(m.change(state, action), m.scaled(state, next))
	for i := range noise {
		noise[i] = min(max(noise[i], -noiseLimit), noiseLimit)
	}
	return noise
}

func (m literalModel) reward(action, next []float64) float64 {
	return literal.Smallest(m.Reward, next, action)
}

// infer is the noise that makes a sample.
func infer(g literal.Gaussian, sample []float64) []float64 {
	noise := make([]float64, len(sample))
	for i := range noise {
		noise[i] = (sample[i] - g.Mean[i]) / g.Deviation[i]
	}
	return noise
}

// window is recorded steps with the noise that was inferred from them by the networks of one moment.
type window struct {
	states, actions [][]float64
	policyNoise     [][]float64
	modelNoise      [][]float64
	predicted       [][]float64 // what the model made of them then
}

// record infers the noise of a window.
func (l *learner) record(m literalModel, states, actions [][]float64) window {
	w := window{states: states, actions: actions}
	for k, action := range actions {
		noise := m.noise(states[k], action, states[k+1])
		w.policyNoise = append(w.policyNoise, infer(l.literalPolicy(states[k]), action))
		w.modelNoise = append(w.modelNoise, noise)
		w.predicted = append(w.predicted, m.next(states[k], action, noise))
	}
	return w
}

// live goes through a window with the present networks, one step after another: what the model makes of a
// step moves the state by as much as it differs from what the model made of it then. It calls visit
// with each step's number, action and next state.
func (l *learner) live(m literalModel, w window, visit func(step int, action, next []float64)) {
	state := w.states[0]
	for k := range w.actions {
		action := l.literalPolicy(state).Sample(w.policyNoise[k])
		next := m.next(state, action, w.modelNoise[k])
		for i := range next {
			next[i] += w.states[k+1][i] - w.predicted[k][i]
		}
		visit(k, action, next)
		state = next
	}
}

// transition is row j of the batch in place, as a window of one step.
func (l *learner) transition(j int) (states, actions [][]float64) {
	o, a := l.Sizes.Observation, l.Sizes.Action
	states = [][]float64{literal.Row(l.Transitions.Observation, o, j), literal.Row(l.Transitions.Next, o, j)}
	return states, [][]float64{literal.Row(l.Transitions.Action, a, j)}
}

// literalEntropy is the weighted entropy of the policy in a state.
func (l *learner) literalEntropy(observation []float64) float64 {
	entropy := 0.0
	for _, deviation := range l.literalPolicy(observation).Deviation {
		entropy += math.Log(deviation * math.Sqrt(2*math.Pi*math.E))
	}
	return l.config.Entropy * entropy
}

// literalDynamicsLoss is minus the mean log-likelihood of the recorded changes.
func (l *learner) literalDynamicsLoss(m literalModel) float64 {
	loss := 0.0
	for j := range l.Batch {
		states, actions := l.transition(j)
		loss -= m.change(states[0], actions[0]).LogProb(m.scaled(states[0], states[1])) / float64(l.Batch)
	}
	return loss
}

func (l *learner) literalRewardLoss(m literalModel) float64 {
	loss := 0.0
	for j := range l.Batch {
		states, actions := l.transition(j)
		difference := m.reward(actions[0], states[1]) - float64(l.Transitions.Reward[j])
		loss += difference * difference / 2 / float64(l.Batch)
	}
	return loss
}

// literalModelLosses are those of dynamics and reward.
func (l *learner) literalModelLosses(m literalModel) []literal.Loss {
	return []literal.Loss{
		{Name: "dynamics", Value: func() float64 { return l.literalDynamicsLoss(m) }, Tree: grad.TreeOf(m.Dynamics)},
		{Name: "reward", Value: func() float64 { return l.literalRewardLoss(m) }, Tree: grad.TreeOf(m.Reward)},
	}
}

// shakeModel puts a scale in place that has seen three batches.
func (m model) shakeModel() {
	m.Scale.Square.Filled(1.5)
	m.Scale.Count.Filled(3)
}

// The scale is the mean square of all changes at first, and later lets a batch count for a thousandth.
func TestTheScaleFollowsTheChanges(t *testing.T) {
	made := scale{grad.NewParameter(1), grad.NewParameter()}
	program, err := grad.Trace(func(t *grad.Tracer) { t.Output("scale", made.update(t, t.Input("changes", 2, 1))) })
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ a, b, want float32 }{{3, -3, 9}, {1, 1, 5}, {0, 2, 4}} {
		copy(executable.Input("changes"), []float32{step.a, step.b})
		executable.Run()
		literal.Near(t, "mean square", float64(made.Square.Data[0]), float64(step.want), 1e-6)
		literal.Near(t, "scale", float64(executable.Output("scale")[0]), math.Sqrt(float64(step.want)), 1e-6)
	}
	made.Count.Filled(1e6)
	copy(executable.Input("changes"), []float32{0, 0})
	executable.Run()
	literal.Near(t, "mean square, late", float64(made.Square.Data[0]), 4*(1-slowest), 1e-6)
}

// Where nothing changes, the model says so, and all numbers stay finite.
func TestNothingChanges(t *testing.T) {
	l := shakenOne(t, smallOne())
	l.Scale.Square.Filled(0)
	l.Scale.Count.Filled(0)
	copy(l.Transitions.Next, l.Transitions.Observation)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	if l.Scale.Square.Data[0] != 0 {
		t.Errorf("the mean square of no change is %g", l.Scale.Square.Data[0])
	}
}
