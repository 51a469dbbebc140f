package env

// MultiObjective is an Environment whose reward is a combination of several objectives, which may pull
// apart: TimeStep.Rewards has one number for each at every step but FIRST, and TimeStep.Reward is what the
// environment makes of them. Unlike the tasks of a MultiTask all of them count in every episode, and no
// observation tells of them.
//
// Costs are objectives too: an environment for constrained learning has the objectives "reward" and, as in
// "energy" or the name of a constraint, what is to be kept below a bound.
type MultiObjective interface {
	Environment
	// Objectives lists the names of the elements of TimeStep.Rewards, each once. It is empty where there
	// is the reward alone: wrappers have the method whatever they wrap, so ask Objectives.
	Objectives() []string
}

// Objectives lists the names of the objectives of e, nil if its reward is all there is.
func Objectives(e Environment) []string {
	if several, ok := e.(MultiObjective); ok && len(several.Objectives()) > 0 {
		return several.Objectives()
	}
	return nil
}

// Constrained is an Environment that tells at every time step, FIRST too, which of its constraints hold:
// TimeStep.Satisfied.
type Constrained interface {
	Environment
	// Constraints lists the names of the elements of TimeStep.Satisfied, each once. It is empty where
	// there are none: wrappers have the method whatever they wrap, so ask Constraints.
	Constraints() []string
}

// Constraints lists the names of the constraints of e, nil if it has none.
func Constraints(e Environment) []string {
	if constrained, ok := e.(Constrained); ok && len(constrained.Constraints()) > 0 {
		return constrained.Constraints()
	}
	return nil
}
