package planet

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/dreaming"
)

var _ agent.Dreaming = (*learner)(nil)

// Dreamer returns what predicts with the model as it is when it is asked.
func (l *learner) Dreamer(span agent.Span) (agent.Dreamer, error) {
	return dreaming.New(dreaming.OfWorld(l.model), l.Sizes, l.Seed, span)
}
