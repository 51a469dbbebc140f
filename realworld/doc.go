// Package realworld puts the challenges of the real world around tasks, as the Real-World RL suite does
// (Dulac-Arnold, Mankowitz and Hester, "Challenges of Real-World Reinforcement Learning", arXiv 1904.12901, and
// Dulac-Arnold et al., "An empirical investigation of the challenges of real-world reinforcement learning", arXiv
// 2003.11881): delays, noise and faults of sensors and actuators, dummy observations, perturbed dynamics, constraints and
// several objectives.
//
// A Spec says which challenges there are, and Task puts them around a task. Find reads both from a name such as
// realworld/cartpole-swingup?preset=hard. The order is that of the suite, the first being nearest to the agent for actions and nearest to the
// task for the others:
//
//	action:      delay, Gaussian noise, dropped, stuck, repetition
//	observation: Gaussian noise, dropped, stuck, + constraints, delay, + dummies, + objectives
//	reward:      objectives, delay
//
// Delays, noise and dummies go around any task, constraints and perturbations around those of package control.
// docs/realworld.md tells what is kept of the original's oddities, and which two settings take them away.
package realworld
