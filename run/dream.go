package run

import (
	"errors"
	"fmt"
	"image"
	"math"
	"path/filepath"
	"strings"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/track"
)

// DreamContext is how many observations a dream begins with, and DreamHorizon how many more it predicts at most.
const (
	DreamContext = 5
	DreamHorizon = 45
)

// dreamSpan is the extent of the dreams that are drawn and of those that a report measures, of a task of these sizes:
// every sample of a picture takes as long as hundreds of numbers.
func dreamSpan(sizes agent.Sizes) agent.Span {
	span := agent.Span{Context: DreamContext, Horizon: DreamHorizon, Samples: 32}
	if sizes.Image.Bytes() > 0 {
		span.Samples = 4
	}
	return span
}

const (
	dreamFolder     = "dreams"
	mostPanels      = 12 // of a picture: those of the reward and of the first numbers of the observation
	dreamsPerSecond = 8  // steps that a film of pictures shows
)

// ErrNoModel says that an agent has no model of the world to look into.
var ErrNoModel = errors.New("the agent learns no model of the world that can be looked into, as dreamer does")

// episode is what an agent saw, did and got in an episode, or in a part of it.
type episode struct {
	agent.Segment
	rewards, discounts []float32 // [steps], on arrival; those of step 0 have no meaning
}

// part is the steps from begin to end, as far as there are so many.
func (e *episode) part(begin, end int) *episode {
	end = min(end, len(e.Observations))
	p := &episode{
		Segment: agent.Segment{Observations: e.Observations[begin:end], Actions: e.Actions[begin : end-1]},
		rewards: e.rewards[begin:end], discounts: e.discounts[begin:end],
	}
	if e.Pictures != nil {
		p.Pictures = e.Pictures[begin:end]
	}
	return p
}

// notebook keeps the first episodes that are played, up to most.
type notebook struct {
	sizes    agent.Sizes
	most     int
	episodes []*episode
	full     bool
}

// note keeps a time step, and the action that led to it.
func (n *notebook) note(step env.TimeStep, action []float32) error {
	if step.Type == env.First {
		if n.full = len(n.episodes) == n.most; !n.full {
			n.episodes = append(n.episodes, &episode{})
		}
	}
	if n.full {
		return nil
	}
	e := n.episodes[len(n.episodes)-1]
	row := agent.NewObservation(n.sizes)
	n.sizes.Flatten(row, step.Observation)
	e.Observations = append(e.Observations, row.Numbers)
	if len(row.Image) > 0 {
		e.Pictures = append(e.Pictures, row.Image)
	}
	if step.Type != env.First {
		e.Actions = append(e.Actions, append([]float32(nil), action...))
	}
	e.rewards, e.discounts = append(e.rewards, float32(step.Reward)), append(e.discounts, float32(step.Discount))
	return nil
}

// newDreamer returns what a learner's model predicts with, or an error that wraps ErrNoModel.
func newDreamer(learner agent.Learner, span agent.Span) (agent.Dreamer, error) {
	dreaming, ok := learner.(agent.Dreaming)
	if !ok {
		return nil, ErrNoModel
	}
	return dreaming.Dreamer(span)
}

// RecordDream plays an episode with the deterministic policy and draws what the model expects of its beginning,
// into path as its extension says: .png or .svg for numbers, .gif, .avi or .png for pictures. The error wraps
// ErrNoModel if there is no model.
func (t *Trained) RecordDream(path string, episodes Episodes) error {
	dreamer, err := t.dreamer(dreamSpan(t.Sizes))
	if err != nil {
		return err
	}
	if err := prepareFile(path, ".png", ".svg", ".gif", ".avi"); err != nil {
		return err
	}
	episodes.Count = 1
	played, drawing, err := t.play(episodes)
	if err != nil {
		return err
	}
	return drawing.draw(path, dreamer, played[0])
}

// DreamPath is where a dream of the run in folder is drawn unless another place is asked for.
func (t *Trained) DreamPath(folder string) string {
	return dreamPath(folder, "policy", t.Sizes.Image.Bytes() > 0)
}

// dreamPath is the file for a dream: a film of pictures, or curves of numbers.
func dreamPath(folder, name string, pictures bool) string {
	extension := ".png"
	if pictures {
		extension = ".gif"
	}
	return filepath.Join(folder, dreamFolder, name+extension)
}

// dreamer returns what the run's model predicts with.
func (t *Trained) dreamer(span agent.Span) (agent.Dreamer, error) {
	dreamer, err := newDreamer(t.Learner, span)
	if errors.Is(err, ErrNoModel) {
		err = fmt.Errorf("the run is of %s on %s: %w", t.Experiment.Config.Agent, t.Experiment.Config.Task, err)
	}
	return dreamer, err
}

func dreamTitle(c Config, step int64) string {
	return fmt.Sprintf("%s on %s, seed %d, step %d: %d decisions seen, then dreamt", c.Agent, c.Task, c.Seed, step, DreamContext)
}

// play plays episodes with the deterministic policy, and returns what happened and how it is drawn.
func (t *Trained) play(episodes Episodes) ([]*episode, drawing, error) {
	task := episodes.limited(t.Experiment.PlayedTask())
	environment, err := task.New(rng.Mix(episodes.Seed, streamEvaluation))
	if err != nil {
		return nil, drawing{}, err
	}
	defer environment.Close()
	notes := &notebook{sizes: t.Sizes, most: episodes.Count}
	_, err = episodes.play(task, environment, t.Policy, notes.note)
	return notes.episodes, drawing{environment.Observations(), t.Sizes, dreamTitle(t.Experiment.Config, t.Step)}, err
}

// newNotebook returns what keeps the first episode of an evaluation, if there is a model to dream of it.
func (s *session) newNotebook() *notebook {
	if s.dreamer == nil {
		return &notebook{}
	}
	return &notebook{sizes: s.sizes, most: 1}
}

// dream draws what the model expects of the beginning of an evaluation's episode. It draws on no random
// stream of the run.
func (s *session) dream(e *episode) error {
	path := dreamPath(s.folder, fmt.Sprintf("step-%09d", s.state.Step), e.Pictures != nil)
	if err := prepareFile(path, filepath.Ext(path)); err != nil {
		return err
	}
	d := drawing{s.environment.Observations(), s.sizes, dreamTitle(s.experiment.Config, s.state.Step)}
	return d.draw(path, s.dreamer, e)
}

// drawing is what a picture of a dream needs to know besides.
type drawing struct {
	specs []env.Spec // of the observations
	sizes agent.Sizes
	title string
}

// draw draws the dream of the beginning of an episode.
func (d drawing) draw(path string, dreamer agent.Dreamer, e *episode) error {
	begin := e.part(0, DreamContext+DreamHorizon)
	dream, err := dreamer(begin.Segment)
	if err != nil {
		return err
	}
	extension := strings.ToLower(filepath.Ext(path))
	numbers := extension == ".svg" || extension == ".png" && dream.Pictures == nil
	if numbers {
		return track.Panels(path, d.title, d.panels(begin, dream), DreamContext)
	}
	if dream.Pictures == nil {
		return fmt.Errorf("%s: the model predicts numbers and no pictures; choose .png or .svg with --out", path)
	}
	c, err := d.comparison(begin, dream)
	if err != nil {
		return err
	}
	frames := c.Film()
	if extension == ".png" {
		frames = []*image.RGBA{c.Strip()}
	}
	return track.WriteVideo(path, frames, dreamsPerSecond)
}

// panels are the reward and the first numbers of the observation.
func (d drawing) panels(e *episode, dream agent.Dream) []track.Panel {
	reward := track.Panel{Name: "reward", Truth: widened(e.rewards), Predicted: widened(dream.Rewards), Deviation: widened(dream.RewardDeviations)}
	reward.Predicted[0] = math.NaN() // nobody knows what led there
	panels := []track.Panel{reward}
	names := numberNames(d.specs)
	for i, name := range names[:min(len(names), mostPanels-1)] {
		panels = append(panels, track.Panel{
			Name: name, Truth: column(e.Observations, i), Predicted: column(dream.Observations, i), Deviation: column(dream.Deviations, i),
		})
	}
	return panels
}

// comparison is the pictures of an episode beside those that are expected.
func (d drawing) comparison(e *episode, dream agent.Dream) (track.Comparison, error) {
	c := track.Comparison{Truth: e.Pictures, Predicted: dream.Pictures, Context: DreamContext}
	sizes := d.sizes.Image
	c.Height, c.Width, c.Channels = sizes.Height, sizes.Width, sizes.Channels
	return c, c.Validate()
}

// numberNames names the numbers of a flat observation: velocity, or velocity[0] if there are several.
func numberNames(specs []env.Spec) []string {
	var names []string
	for _, spec := range specs {
		if spec.Kind != env.Float64 {
			continue
		}
		for i := range spec.Size() {
			name := spec.Name
			if spec.Size() > 1 {
				name = fmt.Sprintf("%s[%d]", spec.Name, i)
			}
			names = append(names, name)
		}
	}
	return names
}

// column is number i of each row.
func column(rows [][]float32, i int) []float64 {
	numbers := make([]float64, len(rows))
	for row := range rows {
		numbers[row] = float64(rows[row][i])
	}
	return numbers
}

func widened(row []float32) []float64 {
	numbers := make([]float64, len(row))
	for i, x := range row {
		numbers[i] = float64(x)
	}
	return numbers
}
