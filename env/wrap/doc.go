// Package wrap changes what an environment takes and gives.
//
// A wrapper is a function that takes an env.Environment and returns one. The result is an
// env.Snapshotter, env.Renderer, env.Relabeller, env.MultiTask and env.Paced where the wrapped environment is; its
// snapshots hold the wrapper's own state too. Only ActionRepeat is no env.Relabeller, unless it applies
// actions once: its rewards are sums. A wrapper of another package is a Change. Closing the result closes the wrapped environment, which must not
// be used directly any more. Wrappers combine, the first one applied being the innermost:
//
//	e, err := wrap.ActionRepeat(task, 4)
//	e, err = wrap.Pixels(e, 0, 64, 64) // one picture for 4 control steps
//	e, err = wrap.Select(e, wrap.PixelsName)
//
// An env.MultiObjective and an env.Constrained stay what they are (env.Objectives, env.Constraints).
//
// An env.MultiTask stays one: the rewards of all its tasks pass through, and the observation that tells which is
// played is never delayed, hidden or otherwise changed; to ask for that is an error.
//
// A wrapper that cannot be applied is an error that says what is wrong and what there is.
package wrap
