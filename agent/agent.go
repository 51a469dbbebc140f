// Package agent is the contract between algorithms and the loops that run them.
//
// An algorithm package offers an Algorithm: its presets and how to make a Learner. A Learner
// improves parameters from experience; a Policy acts with a copy of them. Both see a task as flat
// rows of float32: all observations of a time step one after another, beside them the bytes of its
// pictures, and actions in canonical units, where [-1, 1] is the range that the task allows. A discrete action
// is a one-hot row, which is 1 at what is chosen and 0 elsewhere. Package agent/agenttest checks any algorithm
// against this contract.
package agent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/track"
)

// Config is the settings of an algorithm: a pointer to one plain struct with toml tags.
type Config interface {
	// Validate returns an error that names the field, its value and what is allowed.
	Validate() error
	// Schedule tells the run loop when to learn.
	Schedule() Schedule
}

// Schedule is the ratio of learning to acting.
type Schedule struct {
	Warmup         int64 // environment steps before the first update
	StepsPerUpdate int64 // environment steps between updates
}

// Algorithm is what an algorithm package offers.
type Algorithm struct {
	Name    string
	Presets map[string]func() Config // "default" is used where none is named
	Offline bool                     // it learns from recorded experience alone, and never acts to learn
	// Untrained says that it learns nothing: its learner has no parts, Step is an error, and its schedule
	// never asks for an update.
	Untrained bool
	Images    bool    // it reads pictures; other algorithms read states alone
	Actions   Actions // that it can choose; Fits tells whether those of a task are among them
	// New makes a learner for a task of these sizes, which has to fit, with all randomness drawn from seed. It
	// returns an error if config does not fit the task.
	New func(config Config, sizes Sizes, seed uint64, workers *grad.Workers) (Learner, error)
}

// Preset returns the configuration called name, or an error that lists those there are.
func (a Algorithm) Preset(name string) (Config, error) {
	if preset, ok := a.Presets[name]; ok {
		return preset(), nil
	}
	var names []string
	for known := range a.Presets {
		names = append(names, known)
	}
	slices.Sort(names)
	return nil, fmt.Errorf("%s has no preset %q; it has %v", a.Name, name, names)
}

// Learner improves the parameters of an agent. It is used by one goroutine at a time.
type Learner interface {
	// Step makes one update from a batch drawn from experience. It returns an error that names the
	// metric if one is no longer finite: the parameters are lost then.
	Step(experience *replay.Sampler) error
	// Metrics describes the last update, in a fixed order. The list is valid until the next Step.
	Metrics() track.Metrics
	// Updates is the number of updates made.
	Updates() int64
	// Policy returns a policy with the learner's present parameters; Refresh keeps it up to date.
	Policy() (Policy, error)
	// Parts names everything that is learned, and the state of the optimisers. Parameters set from
	// outside, together with Resume, continue exactly where another learner stopped.
	Parts() []Part
	// Resume sets the number of updates made.
	Resume(updates int64)
	// Programs lists the compiled programs that Step runs, to be profiled or watched for NaN.
	Programs() []*grad.Executable[float32]
}

// Part is a named tree of parameters, such as "policy".
type Part struct {
	Name string
	grad.Tree
	// CopyOf names the part, or the path inside one, as in model/encoder, that this one is a copy of when learning begins, and follows later, as a target network
	// does. It has the same names and shapes. It is empty for a part that learns by itself.
	CopyOf string
}

// Original is the parameters of parts that a part is a copy of, with the names that they have in the copy; none if there
// is no such part.
func Original(parts []Part, copied Part) grad.Tree {
	for _, part := range parts {
		rest, inside := strings.CutPrefix(copied.CopyOf, part.Name)
		if !inside || part.CopyOf != "" || rest != "" && rest[0] != '/' {
			continue
		}
		var original grad.Tree
		for _, named := range part.Tree {
			if name, found := strings.CutPrefix("/"+named.Name, rest+"/"); found {
				original = append(original, grad.Named{Name: name, Parameter: named.Parameter})
			}
		}
		return original
	}
	return nil
}

// Action is what a policy chose. Its slices are valid until the next Act.
type Action struct {
	Values         []float32 // in canonical units, not clipped; one-hot if actions are discrete
	LogProbability float32   // its log-density under the policy, or the log of its probability
	State          []float32 // to act with at the next observation; nil for a policy without memory
}

// Policy acts. It is used by one goroutine at a time.
type Policy interface {
	// StateSize is how many numbers the policy remembers of an episode: 0 if it acts on the newest
	// observation alone.
	StateSize() int
	// Act chooses an action for an observation and the recurrent state: zeros at the beginning of
	// an episode, then the State of the action before. The caller keeps the state, so that one policy
	// can play any number of episodes. Random choices are a pure function of the policy's seed and of
	// occasion, such as the number of the environment step; a deterministic action is the mode of the
	// distribution: the most likely choice, if actions are discrete.
	Act(observation Observation, state []float32, occasion uint64, deterministic bool) Action
	// Refresh takes over the learner's present parameters. It is called while the learner rests.
	Refresh()
}

// Simulating is a Policy that tries actions out in copies of the environment that it acts in, which has to be
// an env.Snapshotter. Where it acts it is told twice: in which task by In, once, and in which state
// by Stand, before every Act. The observation may be all that other policies see; to restore an
// environment takes its whole state.
type Simulating interface {
	Policy
	// In returns a policy that acts in environments of task, and tries actions out in so many others of
	// them at a time. It is an error if their states cannot be saved. Only what In returns may Act; the
	// caller closes it.
	In(task env.Task, workers int) (Simulating, error)
	// Stand tells the snapshot of the environment as it is when Act is called next. It is an error if it
	// cannot be restored.
	Stand(snapshot []byte) error
	// Close ends what In began.
	Close() error
}

// Sizes are the widths of the flat rows that an agent sees, and the size of the picture beside them.
type Sizes struct {
	Observation, Action int
	Discrete            bool // Action is the number of choices, and a row of it is one-hot
	Image               ImageSize
	// Tasks is the number of tasks that the environment is, 0 if it is one: the last so many numbers of an
	// observation are the one-hot row of the task that is played.
	Tasks int
	// Objectives is the number of objectives of an env.MultiObjective, 0 if there is the reward alone.
	Objectives int
}

// SizesOf returns the sizes for a task, or an error if its observations or actions have a kind that agents
// cannot use yet.
func SizesOf(task env.Environment) (Sizes, error) {
	var sizes Sizes
	for _, spec := range task.Observations() {
		switch spec.Kind {
		case env.Float64:
			sizes.Observation += spec.Size()
		case env.Uint8:
			var err error
			if sizes.Image, err = sizes.Image.with(spec); err != nil {
				return sizes, err
			}
		default:
			return sizes, fmt.Errorf("agent: observation %q is of kind %v; agents read states, of kind float64, and pictures, of kind uint8", spec.Name, spec.Kind)
		}
	}
	if err := sizes.taskSize(task); err != nil {
		return sizes, err
	}
	sizes.Objectives = len(env.Objectives(task))
	if sizes.Tasks > 0 && sizes.Objectives > 0 {
		return sizes, fmt.Errorf("agent: an environment of %d tasks has %d objectives; its rewards can be those of either", sizes.Tasks, sizes.Objectives)
	}
	return sizes, sizes.actionSizes(task.Action())
}

// taskSize sets the number of tasks, if task is an env.MultiTask. It is an error unless the numbers of an
// observation end with the one-hot row.
func (s *Sizes) taskSize(task env.Environment) error {
	several, ok := task.(env.MultiTask)
	if !ok {
		return nil
	}
	s.Tasks = len(several.Tasks())
	var last env.Spec
	if place := env.TaskPlace(task.Observations()); place >= 0 {
		last = task.Observations()[place]
	}
	if last.Name != env.TaskName || last.Size() != s.Tasks {
		return fmt.Errorf("agent: the last observation of numbers is %q with %d elements; an environment of %d tasks has to end with %q, an element for each", last.Name, last.Size(), s.Tasks, env.TaskName)
	}
	return nil
}

// SizesOf returns the sizes for a task, or an error if it has observations or actions of a kind that the
// algorithm cannot use.
func (a Algorithm) SizesOf(task env.Environment) (Sizes, error) {
	for _, spec := range task.Observations() {
		if spec.Kind == env.Uint8 && !a.Images {
			return Sizes{}, fmt.Errorf("agent: observation %q is of kind %v; this agent reads states, of kind float64, alone", spec.Name, spec.Kind)
		}
	}
	return SizesOf(task)
}

// Scale converts a canonical action to the units of the task: it clips to [-1, 1] and maps that
// range to the bounds of spec. Without bounds the action passes unchanged. If spec is of kind Int, the one
// number of action is the choice for which the canonical row is largest. Action has the spec's size.
func Scale(action []float64, canonical []float32, spec env.Spec) {
	if spec.Kind == env.Int {
		action[0] = spec.Minimum[0] + float64(choice(canonical))
		return
	}
	bounded := spec.Bounded()
	for i, x := range canonical {
		action[i] = float64(x)
		if bounded {
			clipped := min(max(float64(x), -1), 1)
			action[i] = spec.Minimum[i] + (clipped+1)/2*(spec.Maximum[i]-spec.Minimum[i])
		}
	}
}
