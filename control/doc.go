// Package control holds the DeepMind Control Suite's tasks, written anew: one Go file and one MJCF
// file a domain, with the suite's dynamics, observations, rewards and initial distributions.
//
// An episode is a fixed number of control steps and ends with a time-out: LAST with discount 1. A
// task is a model and three functions over it, which begin an episode, observe and reward; the rest
// is Environment. Tasks are named as in control/cartpole-swingup.
//
// Initial states are drawn from the suite's distributions, not with numpy's generator, so single
// episodes differ from the original's while the task is the same.
package control
