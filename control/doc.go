// Package control holds the DeepMind Control Suite's tasks, written anew: one Go file and one MJCF
// file a domain, with the suite's dynamics, observations, rewards and initial distributions.
//
// An episode is a fixed number of control steps and ends with a time-out: LAST with discount 1. A
// task is a model and three functions over it, which begin an episode, observe and reward; the rest
// is Environment. Tasks are named as in control/cartpole-swingup.
//
// The lqr tasks are different: an episode lasts until the state is at the origin, where it terminates,
// and every environment has springs of its own, drawn from its seed.
//
// Dynamics agree with the suite's to rounding errors, with two exceptions. The dog has no meshes: its
// inertias are written out, to ten digits, and its shapes are the simple ones that collide in the suite
// as well. The bumps of quadruped-escape are interpolated in a way of our own.
//
// Initial states are drawn from the suite's distributions, not with numpy's generator, so single
// episodes differ from the original's while the task is the same.
package control
