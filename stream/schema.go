package stream

import (
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
)

// Schema tells what rows mean. It travels in the header of every chunk.
type Schema struct {
	Task         string        `json:"task"`
	Agent        string        `json:"agent,omitempty"` // that acted
	ActionRepeat int           `json:"action_repeat"`   // environment steps of each row
	View         string        `json:"view,omitempty"`  // what was done to the observations, as in "delay 3"
	Layout       replay.Layout `json:"layout"`
	Observations []Field       `json:"observations"` // in the order in which a row holds them
	Action       Field         `json:"action"`       // in the task's units; rows hold canonical ones, where [-1, 1] is this range
	Physics      Physics       `json:"physics,omitzero"`
	Tasks        []string      `json:"tasks,omitempty"`      // if there are several: a reward is that of the one played, then those of all, in this order
	Objectives   []string      `json:"objectives,omitempty"` // if there are several: a reward is followed by those of all, in this order
}

// Field describes an array of a row.
type Field struct {
	Name    string    `json:"name"`
	Shape   []int     `json:"shape"`
	Kind    string    `json:"kind"`
	Minimum []float64 `json:"minimum,omitempty"`
	Maximum []float64 `json:"maximum,omitempty"`
}

// Physics describes the simulator's numbers that are stored beside each observation, from which rewards
// can be computed again (env.Relabeller).
type Physics struct {
	Model string `json:"model"` // whose numbers they are
	Size  int    `json:"size"`  // numbers in a row; 0 for none
}

// Rewards names the rewards of a row but the first: the tasks or the objectives; nil if there are none.
func (s Schema) Rewards() []string {
	if s.Tasks != nil {
		return s.Tasks
	}
	return s.Objectives
}

// FieldOf is the description of spec.
func FieldOf(spec env.Spec) Field {
	return Field{spec.Name, slices.Clone(spec.Shape), spec.Kind.String(), slices.Clone(spec.Minimum), slices.Clone(spec.Maximum)}
}

// Differences lists, a line each, what keeps experience of other from being used as experience of s: the
// task, its rewards, the agent and its recurrent state may differ, the observations and the actions may not. What other does not
// know, because another program recorded it, is taken to be as it should.
func (s Schema) Differences(other Schema) []string {
	var lines []string
	compare := func(what string, ours, theirs any) {
		if a, b := fmt.Sprint(ours), fmt.Sprint(theirs); a != b {
			lines = append(lines, fmt.Sprintf("%s: %s here, %s there", what, a, b))
		}
	}
	if other.ActionRepeat != 0 {
		compare("steps that an action is applied for", s.ActionRepeat, other.ActionRepeat)
	}
	compare("view", s.View, other.View)
	for i := range max(len(s.Observations), len(other.Observations)) {
		bounds := i < len(other.Observations) && other.Observations[i].Minimum != nil
		compare(fmt.Sprintf("observation %d", i+1), describe(s.Observations, i, bounds), describe(other.Observations, i, bounds))
	}
	bounds := other.Action.Minimum != nil
	compare("action", describe([]Field{s.Action}, 0, bounds), describe([]Field{other.Action}, 0, bounds))
	if other.Tasks != nil {
		compare("tasks", s.Tasks, other.Tasks)
	}
	if other.Objectives != nil {
		compare("objectives", s.Objectives, other.Objectives)
	}
	compare("rewards in a step", s.Layout.Reward, other.Layout.Reward)
	compare("numbers in an image", s.Layout.Image, other.Layout.Image)
	return lines
}

// describe is a field in words.
func describe(fields []Field, i int, bounds bool) string {
	if i >= len(fields) {
		return "none"
	}
	field := fields[i]
	text := fmt.Sprintf("%s %s%v", field.Name, field.Kind, field.Shape)
	if bounds {
		text += fmt.Sprintf(" in %v to %v", field.Minimum, field.Maximum)
	}
	return text
}
