package plan

// System is a Rollout that can be moved to states near those that it has met, which ILQG needs. States
// [state] are vectors of numbers whose differences mean something.
type System interface {
	Rollout
	// Record plays actions [horizon][action] and remembers the states that it meets, for Probe.
	Record(actions [][]float64) Trajectory
	// Follow plays each of laws, from the state in which the rollout stands, and returns what came of them
	// in the same order. Laws may be asked on several goroutines.
	Follow(laws []Law) []Trajectory
	// Probe takes one step for every probe, each from a state near a recorded one.
	Probe(probes []Probe)
}

// Law chooses the action [action] in a state at step t.
type Law func(t int, state []float64) []float64

// Trajectory is a sequence as it was played.
type Trajectory struct {
	States  [][]float64 // [horizon][state] in which the actions were taken; the last one again behind an end of the episode
	Actions [][]float64 // [horizon][action]
	Score   float64     // the return; not finite if the system broke down
}

// Probe is a step from a state.
type Probe struct {
	Step          int       // of the recorded trajectory: all of its state that State does not say is as it was there
	State, Action []float64 // [state], [action]
	Next          []float64 // [state] to which the step led; Probe of System sets it
	Reward        float64   // of the step; likewise. Not finite if the system broke down
}
