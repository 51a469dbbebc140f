// Package rdpg is control with memory: RDPG, the recurrent deterministic policy gradient, and RSVG(0), its
// stochastic sibling (Heess et al., 2015, "Memory-based control with recurrent neural networks", arXiv
// 1512.04455).
//
// # Histories
//
// Policy and critic act on the history h_t = (o_1, a_1, o_2, ..., a_t-1, o_t) instead of a state. Each has a
// recurrent cell of its own that reads o_t and a_t-1, and a head that reads what the cell puts out, and o_t
// once more; with read_critic the policy's head reads what the critic's cell puts out too, to which no gradient
// flows. The critic's head reads the action too, so that the history stays as it was recorded when
// the last action is replaced by the policy's.
//
// # Policy evaluation
//
// The critic is regressed on returns that bootstrap with the target networks, marked by a prime, along the
// recorded history:
//
//	V_t = Q'(h_t, a),   a = μ'(h_t), or a ~ π'(·|h_t)
//	G_t = r_t+1 + γ d_t+1 [ (1 - λ) V_t+1 + λ G_t+1 ]
//	loss = Σ_t m_t ½ (Q(h_t, a_t) - G_t)² / Σ_t m_t
//
// where m_t is 1 for steps that count (rl.LambdaReturns).
//
// # Policy improvement
//
//	loss = - Σ_t m_t [ Q(h_t, μ(h_t)) - κ |x_t|² ] / Σ_t m_t                        RDPG
//	loss = - Σ_t m_t [ Q(h_t, μ(h_t) + σ(h_t) ξ_t) + β H_t - κ |x_t|² ] / Σ_t m_t   RSVG(0), ξ ~ N(0, 1)
//
// where μ = tanh(x): without the small weight κ, x runs to where tanh has no gradient, and never returns.
// Gradients flow back through time through each network's own cell.
//
// # What is replayed
//
// Windows of consecutive steps, that begin with the memory that the policy had there when it acted; the
// first burn_in of their steps do not count, for that memory is of older networks. Or whole episodes, as
// in the paper.
//
// # What differs from the paper
//
//   - Returns are mixtures over all numbers of steps; λ = 0 is the paper's.
//   - Windows; the paper replays whole episodes, as the preset "episodes" does.
//   - The action passes through tanh. The deviation of RSVG(0) lies between two bounds, and its noise is drawn
//     afresh. Both kinds of noise may be correlated in time.
//   - Cells may begin with a long memory (memory_span, nn.LSTM.RememberFor).
//   - Targets are copied now and then instead of following slowly.
package rdpg
