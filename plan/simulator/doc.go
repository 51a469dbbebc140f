// Package simulator scores action sequences in copies of the environment that is played.
//
// A Simulator is a plan.Rollout: it restores a snapshot of the played environment (env.Snapshotter) in
// one of its copies for every sequence, and plays it there. The return of a sequence is the sum of its
// rewards, each times the product of the discounts before it; where the episode ends, nothing more is
// collected. A sequence at which the simulator breaks down has no return (NaN) and so loses, and the
// others go on. Returns do not depend on the number of copies, because a restored environment goes on
// to the last bit like the one that was saved.
//
// That holds for its random stream as well: in a task with noise a plan foresees the noise.
//
// With coordinates of its state (Movable) a simulator is a plan.System too, for iLQG.
package simulator
