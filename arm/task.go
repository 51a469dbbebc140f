package arm

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

// task describes one task of the suite.
type task struct {
	name       string // without the suite, as in "planar_lift"
	body       body
	objectives []objective // one, or those of a task of several
	sparse     bool
	variation  variation
}

// bodies lists the arms of the suite.
func bodies() []body { return []body{sawyer, planar} }

// tasks lists all tasks: of each arm all objectives for both blocks, shaped and sparse, the variations of lift
// and stack, and several objectives at once.
func tasks() []task {
	var all []task
	for _, b := range bodies() {
		for _, o := range objectives() {
			for _, o := range []objective{o, o.blue()} {
				t := task{name: b.name + o.name, body: b, objectives: []objective{o}}
				all = append(all, t, t.made("_sparse", func(t *task) { t.sparse = true }))
			}
			if o.name == "lift" || o.name == "stack" {
				all = append(all, varied(task{name: b.name + o.name, body: b, objectives: []objective{o}})...)
			}
		}
		all = append(all, task{name: b.name + "multitask", body: b, objectives: b.several})
	}
	return all
}

// varied lists the variations of a task.
func varied(t task) []task {
	var all []task
	for _, v := range variations {
		all = append(all, t.made("_"+v.name, func(t *task) { t.variation = v }))
	}
	return all
}

// made is a task that differs from t.
func (t task) made(suffix string, change func(*task)) task {
	t.name += suffix
	change(&t)
	return t
}

// tags of the task in the catalogue.
func (t task) tags() []string {
	tags := slices.Clone(t.body.tags)
	if t.sparse {
		tags = append(tags, "sparse")
	}
	if t.variation.name != "" {
		tags = append(tags, t.variation.name)
	}
	if t.several() {
		tags = append(tags, "multitask")
	}
	return tags
}

// several tells whether the task is several at once.
func (t task) several() bool { return len(t.objectives) > 1 }

// blocks lists what lies on the table.
func (t task) blocks() []block {
	blocks := []block{red, blue}
	if t.variation.distractor {
		blocks = append(blocks, distractor)
	}
	if t.variation.ball {
		blocks = append(blocks, ball)
	}
	return blocks
}

// scene is the task's in a simulation of its model.
func (t task) scene(d *mujoco.Data) scene {
	return scene{hand: t.body.bind(d, t.blocks()), block: 0, other: 1, targets: t.body.targets}
}

// reward of one of the task's objectives.
func (t task) reward(o objective, s scene) float64 {
	if t.sparse {
		return indicator(o.done(s))
	}
	return o.shaped(s)
}

// simulated is the task as one of MuJoCo.
func (t task) simulated() simulation.Task {
	mjcf := t.body.model(t.blocks())
	compile := func(mjcf string) func() (*mujoco.Model, error) {
		return func() (*mujoco.Model, error) { return mujoco.Compile(mjcf, nil) }
	}
	return simulation.Task{
		Name: "arm/" + t.name, Stream: 0x61726d, // "arm"
		Compile: compile(mjcf), Drawn: compile(withSky(mjcf)),
		Body:      simulation.BodyName("arm/"+t.body.name+"arm", mjcf),
		TimeLimit: t.body.seconds, Interval: interval, Bind: t.bind,
	}
}

// sky is what models have only where they are drawn. It is their last texture.
const sky = `<texture name="sky" type="skybox" builtin="gradient" rgb1=".55 .6 .65" rgb2=".25 .28 .32" width="64" height="384"/>`

// withSky is the MJCF text of a model with a sky.
func withSky(mjcf string) string { return strings.Replace(mjcf, "</asset>", sky+"</asset>", 1) }

// bind resolves the task's names in a simulation. Which of the body's several objectives is played is a goal
// of all tasks, so that those of a body have the same physics.
func (t task) bind(m *mujoco.Model, d *mujoco.Data) simulation.Binding {
	s, played, l := t.scene(d), []float64{t.place()}, t.variation.look(m, d, t.blocks()[0])
	b := simulation.Binding{
		Observations: append(s.proprioception(), s.state()...), Controller: s.controller(), Hold: s.hold,
		Initialise: func(random *rand.Rand) error {
			if t.several() {
				played[0] = float64(random.IntN(len(t.objectives)))
			}
			l.draw(random)
			return s.begin(random)
		},
		Drawn: [][]float64{played, l.drawn}, Goals: [][]float64{played}, Paint: l.paint,
		Reward: func() float64 { return t.reward(t.objectives[0], s) },
	}
	if t.several() {
		t.bindSeveral(&b, s, played)
	}
	return b
}

// place of the first objective among the body's several; 0 if it is none of them.
func (t task) place() float64 {
	same := func(o objective) bool { return o.name == t.objectives[0].name }
	return float64(max(0, slices.IndexFunc(t.body.several, same)))
}

// bindSeveral makes the binding that of an env.MultiTask.
func (t task) bindSeveral(b *simulation.Binding, s scene, played []float64) {
	b.Rewards = make([]float64, len(t.objectives))
	b.Reward = func() float64 {
		for i, o := range t.objectives {
			b.Rewards[i] = t.reward(o, s)
		}
		return b.Rewards[int(played[0])]
	}
	b.Observations = append(b.Observations, simulation.Observation{
		Name: env.TaskName, Shape: []int{len(t.objectives)}, Write: func(into []float64) {
			clear(into)
			into[int(played[0])] = 1
		},
	})
}
