package plan

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ILQG improves a plan by Newton steps. Near the plan so far it models the dynamics as linear and the
// rewards as quadratic, finds the best feedback law of that model within the bounds of the actions, and
// plays it with several shares of the change it wants (Tassa et al., 2012 and 2014):
//
//	Q_x = c_x + A'V_x    Q_xx = c_xx + A'V_xx A    Q_ux = c_ux + B'V_xx A
//	Q_u = c_u + B'V_x    Q_uu = c_uu + B'V_xx B
//	k = argmin k'(Q_uu + μI)k/2 + Q_u'k with u + k in bounds,   K = -(Q_uu + μI)^-1 Q_ux where no bound holds
//	u_new = u + share k + K (x_new - x)
//
// with the cost c = -reward, of which only the convex part is kept. All derivatives are finite differences.
// The rollout has to be a System; a budget's samples are the shares that are tried, and proposals are not.
type ILQG struct {
	Sizes
	Difference float64 // by which states and actions are moved to find derivatives

	regularisation float64 // μ
	feedback       []feedback
}

// feedback is the law of a step.
type feedback struct {
	change []float64  // k [action]
	gain   *mat.Dense // K [action, state]
}

// The regularisation and when it changes, as in MuJoCo MPC.
const (
	leastRegularisation    = 1e-6
	greatestRegularisation = 1e6
	raise                  = 10.0
	attempts               = 8 // raises of the regularisation in an iteration
	leastShare             = 1e-3
)

// Plan implements Planner.
func (p *ILQG) Plan(rollout Rollout, start Start, budget Budget) (Plan, error) {
	if err := budget.Validate(); err != nil {
		return Plan{}, err
	}
	system, ok := rollout.(System)
	if !ok {
		return Plan{}, fmt.Errorf("plan: iLQG needs a rollout that can be moved to any state, a %T cannot", rollout)
	}
	if len(start.Nominal) != p.Size() {
		return Plan{}, fmt.Errorf("plan: the plan so far has %d numbers, want a horizon of %d actions of %d", len(start.Nominal), p.Horizon, p.Action)
	}
	best := system.Record(p.rows(start.Nominal))
	if !finite(best.Score) { // the plan so far leads nowhere: begin with nothing
		best = system.Record(p.rows(make([]float32, p.Size())))
	}
	p.regularisation = leastRegularisation
	made := 0
	for range budget.rounds() {
		made++
		better, found := p.improve(system, best, budget.Samples)
		if !found {
			break
		}
		best = system.Record(better.Actions)
	}
	return p.result(best, made), nil
}

// rows is actions [horizon, action] in rows, within their bounds.
func (p *ILQG) rows(actions []float32) [][]float64 {
	rows := make([][]float64, p.Horizon)
	for t := range rows {
		for _, a := range actions[t*p.Action : (t+1)*p.Action] {
			rows[t] = append(rows[t], min(max(float64(a), -1), 1))
		}
	}
	return rows
}

func (p *ILQG) result(best Trajectory, iterations int) Plan {
	found := Plan{Score: float32(best.Score), Iterations: iterations}
	for _, row := range best.Actions {
		for _, a := range row {
			found.Actions = append(found.Actions, float32(a))
		}
	}
	if !finite(best.Score) {
		found.Score = float32(math.Inf(-1))
	}
	return found
}

// improve looks for a better trajectory near a recorded one, with more and more regularisation.
func (p *ILQG) improve(system System, from Trajectory, shares int) (better Trajectory, found bool) {
	models := approximate(system, from, p.Difference)
	better = from
	for range attempts {
		if p.backward(models, from) {
			for _, tried := range system.Follow(p.laws(from, shares)) {
				if finite(tried.Score) && tried.Score > better.Score {
					better, found = tried, true
				}
			}
		}
		if found {
			p.regularisation = max(p.regularisation/raise, leastRegularisation)
			return better, true
		}
		p.regularisation = min(p.regularisation*raise, greatestRegularisation)
	}
	return better, false
}

// laws are the feedback laws that make shares of the change, from 1 down to leastShare.
func (p *ILQG) laws(around Trajectory, shares int) []Law {
	laws := make([]Law, shares)
	for i := range laws {
		share := 1.0
		if i > 0 {
			share = math.Pow(leastShare, float64(i)/float64(shares-1))
		}
		laws[i] = func(t int, state []float64) []float64 { return p.follow(around, share, t, state) }
	}
	return laws
}

// follow is the action at step t in a state, with a share of the change.
func (p *ILQG) follow(around Trajectory, share float64, t int, state []float64) []float64 {
	action := make([]float64, p.Action)
	for i := range action {
		action[i] = around.Actions[t][i] + share*p.feedback[t].change[i]
		for j, x := range state {
			action[i] += p.feedback[t].gain.At(i, j) * (x - around.States[t][j])
		}
		action[i] = min(max(action[i], -1), 1)
	}
	return action
}

// backward finds the feedback laws from the last step to the first. It reports false if the
// regularisation is too small for the model to have a minimum.
func (p *ILQG) backward(models []quadratic, at Trajectory) bool {
	states := len(at.States[0])
	slope, curvature := mat.NewVecDense(states, nil), mat.NewDense(states, states, nil) // of the cost to come
	p.feedback = make([]feedback, len(models))
	for t := len(models) - 1; t >= 0; t-- {
		q := lookAhead(models[t], slope, curvature)
		law, ok := q.minimise(p.regularisation, at.Actions[t], states)
		if !ok {
			return false
		}
		p.feedback[t] = law
		slope, curvature = q.under(law, states)
	}
	return true
}

// lookAhead adds to the cost of a step what it leads to: its gradient is (Q_x, Q_u) and its Hessian
// (Q_xx, Q_xu; Q_ux, Q_uu).
func lookAhead(model quadratic, slope *mat.VecDense, curvature *mat.Dense) quadratic {
	ahead := quadratic{gradient: &mat.VecDense{}, hessian: &mat.Dense{}}
	ahead.gradient.MulVec(model.dynamics.T(), slope)
	ahead.gradient.AddVec(ahead.gradient, model.gradient)
	ahead.hessian.Product(model.dynamics.T(), curvature, model.dynamics)
	ahead.hessian.Add(ahead.hessian, model.hessian)
	return ahead
}

// minimise finds the law of a step whose actions are near action.
func (q quadratic) minimise(regularisation float64, action []float64, states int) (feedback, bool) {
	actions := len(action)
	curvature, slope := mat.NewSymDense(actions, nil), make([]float64, actions)
	lower, upper := make([]float64, actions), make([]float64, actions)
	for i := range actions {
		slope[i], lower[i], upper[i] = q.gradient.AtVec(states+i), -1-action[i], 1-action[i]
		for j := range i + 1 {
			curvature.SetSym(i, j, q.hessian.At(states+i, states+j))
		}
		curvature.SetSym(i, i, curvature.At(i, i)+regularisation)
	}
	change, free, factor, ok := boxQP(curvature, slope, lower, upper)
	if !ok {
		return feedback{}, false
	}
	law := feedback{change, mat.NewDense(actions, states, nil)}
	if len(free) == 0 {
		return law, true
	}
	pull := mat.NewDense(len(free), states, nil)
	for row, i := range free {
		for j := range states {
			pull.Set(row, j, -q.hessian.At(states+i, j))
		}
	}
	_ = factor.SolveTo(pull, pull) // its error is a warning about the condition
	for row, i := range free {
		law.gain.SetRow(i, pull.RawRowView(row))
	}
	return law, true
}

// under is the gradient and the Hessian of the cost in the state alone, with u = k + K x:
//
//	V_x = Q_x + K'Q_u + K'Q_uu k + Q_xu k,   V_xx = Q_xx + K'Q_ux + Q_xu K + K'Q_uu K
func (q quadratic) under(law feedback, states int) (slope *mat.VecDense, curvature *mat.Dense) {
	actions := len(law.change)
	whole := mat.NewDense(states+actions, states, nil) // z = whole x + shift
	for i := range states {
		whole.Set(i, i, 1)
	}
	whole.Slice(states, states+actions, 0, states).(*mat.Dense).Copy(law.gain)
	shift := mat.NewVecDense(states+actions, nil)
	for i, k := range law.change {
		shift.SetVec(states+i, k)
	}
	slope, curvature = &mat.VecDense{}, &mat.Dense{}
	shift.MulVec(q.hessian, shift)
	shift.AddVec(shift, q.gradient)
	slope.MulVec(whole.T(), shift)
	curvature.Product(whole.T(), q.hessian, whole)
	return slope, curvature
}
