package arm

// objective is what a task asks for, in terms that any arm can be asked about.
type objective struct {
	name   string
	shaped func(scene) float64 // reward of a step that leads here, with a slope to where it is greatest
	done   func(scene) bool    // whether the task is done here: its sparse reward and its success
}

// scene is a hand and the blocks that an objective is about.
type scene struct {
	hand
	block, other int // places in the hand's list
	targets      [2]point
}

// view is the scene as the rewards of its block see it.
func (s scene) view() view {
	return view{
		tool: s.tool(), block: s.position(s.block), other: s.position(s.other),
		velocity: s.velocity(s.block), grasped: s.grasps(s.block),
	}
}

// objectives lists what can be asked for.
func objectives() []objective {
	return []objective{
		{name: "reach", shaped: func(s scene) float64 { return s.view().reach() }, done: func(s scene) bool { return s.view().reached() }},
		{name: "lift", shaped: func(s scene) float64 { return s.view().lift(liftTo) }, done: func(s scene) bool { return s.view().lifted() }},
		{name: "hover", shaped: func(s scene) float64 { return s.view().hover() }, done: func(s scene) bool { return s.view().hovering() }},
		{name: "stack", shaped: func(s scene) float64 { return s.view().stack() }, done: func(s scene) bool { return s.view().stacked() }},
		{name: "match", shaped: matching, done: allMatched},
		{name: "move", shaped: func(s scene) float64 { return s.view().move() }, done: func(s scene) bool { return s.view().moving() }},
	}
}

// matching is MATCH of the paper, in [0, 2].
func matching(s scene) float64 {
	return match(s.position(s.block), s.targets[0]) + match(s.position(s.other), s.targets[1])
}

func allMatched(s scene) bool {
	return matched(s.position(s.block), s.targets[0]) && matched(s.position(s.other), s.targets[1])
}

// blue is o with the blue block in place of the red one.
func (o objective) blue() objective {
	swap := func(s scene) scene {
		s.block, s.other = s.other, s.block
		return s
	}
	return objective{
		name:   o.name + "_blue",
		shaped: func(s scene) float64 { return o.shaped(swap(s)) },
		done:   func(s scene) bool { return o.done(swap(s)) },
	}
}
