package ivg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// memorySize is how many numbers the policy remembers: the embeddings of the observations before the newest one, and
// whether there were any.
func (l *learner) memorySize() int {
	if l.config.History == 1 {
		return 0
	}
	return (l.config.History-1)*architecture(l.config, blind(l.Sizes)).Embedding() + 1
}

// stateSize is the size of the policy's state.
func (l *learner) stateSize() int {
	if l.config.History == 1 {
		return 0
	}
	return actor.StateSize(l.memorySize(), l.Sizes)
}

// Policy returns a policy that acts with a copy of the present parameters.
func (l *learner) Policy() (agent.Policy, error) {
	random := rand.New(rand.NewPCG(0, 0))
	encoder := newEncoder(l.config, blind(l.Sizes), random)
	own := newPolicy(l.config, l.Sizes, random)
	s := actor.Settings{Sizes: l.Sizes, Seed: l.Seed, Stream: offpolicy.StreamPolicy}
	source := grad.TreeOf([]any{l.model.Encoder, l.policy})
	copied := grad.TreeOf([]any{encoder, own})
	if l.config.History == 1 {
		return actor.New(s, source, copied, func(_ *grad.Tracer, observation *grad.Value) dist.Gaussian {
			seen, task := l.split(observation)
			return own.Apply(with(encoder.Join(encoder.Embed(seen)), task))
		})
	}
	return actor.NewRecurrent(s, actor.Memory{Size: l.memorySize()}, source, copied, func(t *grad.Tracer, observation, _, memory *grad.Value) (dist.Gaussian, *grad.Value) {
		seen, task := l.split(observation)
		history, next := remember(t, encoder.Embed(seen), memory)
		return own.Apply(with(encoder.Join(history...), task)), next
	})
}

// remember is the history of embeddings up to the newest one, [1, embedding] each, and the memory that follows. Before
// an episode there was its first observation.
func remember(t *grad.Tracer, newest, memory *grad.Value) (history []*grad.Value, next *grad.Value) {
	size, width := newest.Shape()[1], memory.Shape()[1]
	begun := memory.Slice(1, width-1, width)
	fill := newest.Mul(begun.Neg().Add(grad.Scalar(1)))
	for at := 0; at+size < width; at += size {
		history = append(history, memory.Slice(1, at, at+size).Mul(begun).Add(fill))
	}
	history = append(history, newest)
	next = history[1]
	for _, embedding := range history[2:] {
		next = next.Concat(1, embedding)
	}
	return history, next.Concat(1, t.Value(grad.Scalar(1)).Broadcast(1, 1))
}
