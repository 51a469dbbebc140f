package mompo

import (
	"fmt"

	"github.com/reverie-rl/reverie/algo/internal/objectives"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
)

// evaluation is the outcome of policy evaluation on a batch.
type evaluation struct {
	loss           *grad.Value
	values, scales []*grad.Value // of each objective: mean value of the recorded actions, and what one of them counts, [1]
}

// evaluate regresses the critic of each objective on R_k / c_k + D · V_k(s'), where following is V_k(s'), [batch] each.
func (l *learner) evaluate(t *grad.Tracer, batch offpolicy.Batch, following []*grad.Value) evaluation {
	rewards, scales := l.scales.Normalise(t, batch.Rewards)
	values := l.critic.Apply(batch.Observation, batch.Action)
	return evaluation{objectives.Loss(values, rewards, following, batch.Discount), values, scales}
}

// report names the metrics of each objective, counted from 1; docs/mompo.md gives their formulas.
func (l *learner) report(t *grad.Tracer, e evaluation, o outcome) {
	for k, value := range e.values {
		l.Report.Add(t, fmt.Sprintf("objective_%d/value", k+1), value.Mean().Mul(e.scales[k]).Sum())
		l.Report.Add(t, fmt.Sprintf("objective_%d/scale", k+1), e.scales[k])
	}
	for i, p := range l.preferences {
		l.Report.Add(t, fmt.Sprintf("objective_%d/temperature", p.objective+1), o.temperatures[i])
	}
}
