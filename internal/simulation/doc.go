// Package simulation makes environments of tasks that are a MuJoCo model and a few functions over it,
// which begin an episode, observe, control and reward. The suites control and arm are lists of such tasks.
package simulation
