package literal

import (
	"math"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
)

// Policy is the Gaussian that a network gives, with the deviation initial + minimum where its output
// is 0.
func Policy(n gaussian.Network, initial, minimum float64, observation []float64) Gaussian {
	features := Torso(n.Torso, observation)
	deviation := Linear(n.Deviation, features)
	for i, v := range deviation {
		deviation[i] = math.Log1p(math.Exp(v))/math.Ln2*initial + minimum
	}
	return Gaussian{Linear(n.Mean, features), deviation}
}

// States is what the E-step sees in some states: the target policy, actions [state][sample] drawn
// from it, and their values.
type States struct {
	Observations [][]float64
	Target       []Gaussian
	Actions      [][][]float64
	Values       [][]float64
}

// Draw makes the actions of the noise [samples, states, action] in the states of the slab of
// observations [states, observation], and values them.
func Draw(sizes agent.Sizes, slab, noise []float32, policy func(observation []float64) Gaussian, value func(observation, action []float64) float64) States {
	count := len(slab) / sizes.Observation
	samples := len(noise) / sizes.Action / count
	var s States
	for j := range count {
		observation := Row(slab, sizes.Observation, j)
		target := policy(observation)
		var actions [][]float64
		var values []float64
		for i := range samples {
			action := target.Sample(Row(noise, sizes.Action, i*count+j))
			actions, values = append(actions, action), append(values, value(observation, action))
		}
		s.Observations, s.Target = append(s.Observations, observation), append(s.Target, target)
		s.Actions, s.Values = append(s.Actions, actions), append(s.Values, values)
	}
	return s
}

// Temperature is the present value of a temperature: 0 if it is not in use.
func Temperature(e improvement.Temperature) float64 {
	switch {
	case e.Solved != nil:
		return float64(e.Solved.Data[0])
	case e.Dual.Raw != nil:
		return e.Dual.Multiplier(0)
	}
	return 0
}

// tempered is the weights of the E-step in one state.
func tempered(values []float64, temperature float64) []float64 {
	scaled := make([]float64, len(values))
	for i, v := range values {
		scaled[i] = v / temperature
	}
	return Softmax(scaled)
}

// penalty is minus how far an action is outside the bounds.
func penalty(action []float64) float64 {
	sum := 0.0
	for _, x := range action {
		outside := max(math.Abs(x)-1, 0)
		sum += outside * outside
	}
	return -math.Sqrt(sum)
}

// weights adds the weights of the action penalty, at its own temperature, to those of the values.
// Without a penalty that temperature is 0.
func (s States) weights(j int, temperature, penaltyTemperature float64) []float64 {
	weights := tempered(s.Values[j], temperature)
	if penaltyTemperature == 0 {
		return weights
	}
	var penalties []float64
	for _, action := range s.Actions[j] {
		penalties = append(penalties, penalty(action))
	}
	for i, weight := range tempered(penalties, penaltyTemperature) {
		weights[i] += weight
	}
	return weights
}

// PolicyLoss is the M-step's loss with its trust region, at the given temperatures and the operator's
// multipliers.
func (s States) PolicyLoss(o improvement.Operator, policy func(observation []float64) Gaussian, temperature, penaltyTemperature float64) float64 {
	loss, count := 0.0, float64(len(s.Observations))
	for j, observation := range s.Observations {
		online, target := policy(observation), s.Target[j]
		for i, weight := range s.weights(j, temperature, penaltyTemperature) {
			moveMean := Gaussian{online.Mean, target.Deviation}.LogProb(s.Actions[j][i])
			moveDeviation := Gaussian{target.Mean, online.Deviation}.LogProb(s.Actions[j][i])
			loss -= weight * (moveMean + moveDeviation) / count
		}
		for d := range online.Mean {
			shift := (online.Mean[d] - target.Mean[d]) / target.Deviation[d]
			ratio := target.Deviation[d] / online.Deviation[d]
			loss += o.Mean.Multiplier(d) * shift * shift / 2 / count
			loss += o.Deviation.Multiplier(d) * (ratio*ratio/2 - math.Log(ratio) - 0.5) / count
		}
	}
	return loss
}
