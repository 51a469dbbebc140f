// Package run trains, evaluates, records and resumes. A run is a folder:
//
//	config.toml    the resolved configuration
//	metrics.jsonl  every logged number, a line a time
//	events.*       the same for TensorBoard
//	checkpoints/   the newest two generations of everything needed to go on
//	stream/        the experience log, from which replay is read again
//	provenance.json  the parts and the experience of other runs that it began with, and what is frozen, if any
//	videos/        the trained policy
//	dreams/        what the agent's model of the world expected, if it has one, at every evaluation
//	curve.svg      return against environment steps
//
// The loop is Train in train.go; everything else serves it.
package run

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/grad"
)

// Config is every setting of a run that is not the algorithm's.
type Config struct {
	Task  string `toml:"task"`
	Agent string `toml:"agent"`
	Seed  uint64 `toml:"seed"`
	Steps int64  `toml:"steps"` // environment steps in all

	From   Sources  `toml:"from"`   // RUN or RUN:part,part each: parameters of other runs to start from
	Freeze []string `toml:"freeze"` // parts, or paths inside parts, that learning does not change

	// ReplayFrom mixes the experience of earlier runs in: RUN[,RUN...][:fraction], a half if that is left out.
	ReplayFrom string `toml:"replay_from"`
	// Offline is the experience to learn from without acting: a run, or a dataset. A step is then an update.
	Offline string `toml:"offline"`

	ActionRepeat int    `toml:"action_repeat"` // environment steps for which each action is applied
	Pixels       int    `toml:"pixels"`        // side of the picture that the agent sees; 0 for none
	Camera       string `toml:"camera"`        // of that picture: a name, or a number in digits; several, with commas, are a picture each

	Hide    []string `toml:"hide"`    // observations that the agent does not see, "velocities" for all of these, "states" for all but the picture
	Delay   int      `toml:"delay"`   // actions by which it sees the others late
	Flicker float64  `toml:"flicker"` // probability that it sees zeros instead

	Workers          int   `toml:"workers"`           // goroutines of the learner; results do not depend on it
	ReplayCapacity   int   `toml:"replay_capacity"`   // observations kept
	EvaluateEvery    int64 `toml:"evaluate_every"`    // environment steps between evaluations
	EvaluateEpisodes int   `toml:"evaluate_episodes"` // episodes of an evaluation
	CheckpointEvery  int64 `toml:"checkpoint_every"`  // environment steps between checkpoints
	LogEvery         int64 `toml:"log_every"`         // environment steps between lines of metrics
	Trap             bool  `toml:"trap"`              // end at the first operation that makes a NaN or an infinity, and keep its inputs; slower

	Stream      string `toml:"stream"`       // the experience log on an existing NATS server, nats://HOST:PORT/NAME; in the run's folder if empty
	RetainSteps int64  `toml:"retain_steps"` // newest rows that the log keeps; 0 for all
	StreamQuota int64  `toml:"stream_quota"` // bytes that the log may have; 0 for no quota
}

// DefaultConfig is the settings of a run that says nothing else.
func DefaultConfig() Config {
	return Config{
		Seed: 1, Steps: 100_000, ActionRepeat: 1, Camera: "0", From: Sources{}, Freeze: []string{}, Hide: []string{}, Workers: min(runtime.NumCPU(), 4), ReplayCapacity: 1_000_000,
		EvaluateEvery: 10_000, EvaluateEpisodes: 10, CheckpointEvery: 20_000, LogEvery: 1000,
	}
}

// Validate returns an error for each field that makes no sense.
func (c Config) Validate() error {
	var problems []error
	require := func(ok bool, field string, value any, want string) {
		if !ok {
			problems = append(problems, fmt.Errorf("run: %s is %v, must be %s", field, value, want))
		}
	}
	require(c.Seed <= math.MaxInt64, "seed", c.Seed, "in [0, 2^63-1], which TOML can hold")
	require(c.Steps > 0, "steps", c.Steps, "positive")
	require(c.ActionRepeat > 0 && c.ActionRepeat <= 1000, "action_repeat", c.ActionRepeat, "in [1, 1000]")
	require(c.Pixels >= 0 && c.Pixels <= 1024, "pixels", c.Pixels, "in [0, 1024]")
	require(c.Delay >= 0 && c.Delay <= 1000, "delay", c.Delay, "in [0, 1000]")
	require(c.Flicker >= 0 && c.Flicker < 1, "flicker", c.Flicker, "in [0, 1)")
	require(c.Workers > 0 && c.Workers <= 256, "workers", c.Workers, "in [1, 256]")
	require(c.ReplayCapacity > 1 && c.ReplayCapacity <= 1e10, "replay_capacity", c.ReplayCapacity, "in [2, 1e10]")
	require(c.EvaluateEvery > 0, "evaluate_every", c.EvaluateEvery, "positive")
	require(c.EvaluateEpisodes > 0, "evaluate_episodes", c.EvaluateEpisodes, "positive")
	require(c.CheckpointEvery > 0, "checkpoint_every", c.CheckpointEvery, "positive")
	require(c.LogEvery > 0, "log_every", c.LogEvery, "positive")
	require(c.RetainSteps == 0 || c.RetainSteps >= int64(c.ReplayCapacity), "retain_steps", c.RetainSteps, "0 or at least replay_capacity, which a resumed run reads again")
	require(c.StreamQuota >= 0, "stream_quota", c.StreamQuota, "at least 0")
	for _, from := range c.From {
		if _, err := parseSource(from); err != nil {
			problems = append(problems, err)
		}
	}
	if _, err := parseReplayFrom(c.ReplayFrom); err != nil {
		problems = append(problems, err)
	}
	require(c.Offline == "" || c.ReplayFrom == "", "replay_from", c.ReplayFrom, "empty with offline, which learns from nothing but what it names")
	return errors.Join(problems...)
}

// Catalogues are the tasks and the algorithms that a run may name.
type Catalogues struct {
	Tasks      env.Catalogue
	Algorithms []agent.Algorithm
	// FindTask, if it is set, finds tasks in place of Tasks.Find, those of no list among them.
	FindTask func(name string) (env.Task, error)
}

// Task returns the task called name, or an error that lists the nearest names.
func (c Catalogues) Task(name string) (env.Task, error) {
	if c.FindTask != nil {
		return c.FindTask(name)
	}
	return c.Tasks.Find(name)
}

// Algorithm returns the algorithm called name, or an error that lists the nearest names.
func (c Catalogues) Algorithm(name string) (agent.Algorithm, error) {
	var names []string
	for _, algorithm := range c.Algorithms {
		if algorithm.Name == name {
			return algorithm, nil
		}
		names = append(names, algorithm.Name)
	}
	return agent.Algorithm{}, fmt.Errorf("no agent is called %q; nearest: %s", name, strings.Join(env.Nearest(name, names, 3), ", "))
}

// Experiment is what a run does: its settings, resolved.
type Experiment struct {
	Config    Config
	Agent     agent.Config
	Task      env.Task
	Algorithm agent.Algorithm

	algorithms []agent.Algorithm // that a run may name
}

// NewExperiment resolves the names in config and takes the algorithm's settings from preset.
func NewExperiment(config Config, preset string, catalogues Catalogues) (*Experiment, error) {
	e := &Experiment{Config: config, algorithms: catalogues.Algorithms}
	var err error
	if e.Algorithm, err = catalogues.Algorithm(config.Agent); err != nil {
		return nil, err
	}
	if e.Task, err = catalogues.Task(config.Task); err != nil {
		return nil, err
	}
	e.Agent, err = e.Algorithm.Preset(preset)
	return e, err
}

// newLearner makes the learner for a task of these sizes. If the algorithm does not fit it, the error names those that
// do.
func (e *Experiment) newLearner(sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	if err := e.Algorithm.Fits(sizes); err != nil {
		var fitting []string
		for _, algorithm := range e.algorithms {
			if algorithm.Fits(sizes) == nil {
				fitting = append(fitting, algorithm.Name)
			}
		}
		return nil, fmt.Errorf("%s on %s: %w; agents that do fit: %v", e.Config.Agent, e.Config.Task, err, fitting)
	}
	return e.Algorithm.New(e.Agent, sizes, seed, workers)
}

// Validate returns an error for each setting that makes no sense.
func (e *Experiment) Validate() error {
	var unfit error
	if e.Algorithm.Offline && e.Config.Offline == "" {
		unfit = fmt.Errorf("run: %s learns from recorded experience alone: name a run or a dataset with --offline", e.Algorithm.Name)
	}
	if e.Algorithm.Untrained && e.Config.Offline != "" {
		unfit = fmt.Errorf("run: %s learns nothing, from recorded experience neither: leave out --offline", e.Algorithm.Name)
	}
	return errors.Join(e.Config.Validate(), e.Agent.Validate(), unfit)
}

// PlayedTask is the task as the agent meets it: with repeated actions, a picture, and less to see, if the
// settings ask for them.
func (e *Experiment) PlayedTask() env.Task {
	task := e.Task
	if e.Config.ActionRepeat > 1 {
		task = wrap.Repeated(task, e.Config.ActionRepeat)
	}
	if e.Config.Pixels > 0 {
		task = wrap.Drawn(task, e.Config.Pixels, e.Config.Camera)
	}
	if len(e.Config.Hide) > 0 {
		task = wrap.Hidden(task, e.Config.Hide...)
	}
	if e.Config.Delay > 0 {
		task = wrap.Delayed(task, e.Config.Delay)
	}
	if e.Config.Flicker > 0 {
		task = wrap.Flickering(task, e.Config.Flicker)
	}
	return task
}

// Set changes one setting, written as key=value: the key of a field of config.toml's table [agent]
// or, if that has none of this name, of its table [run]; the prefixes agent. and run. choose.
// Values are written as in TOML; strings need no quotes, and a list of one string no brackets either. The agent and the task are not settings:
// they decide which settings there are.
func (e *Experiment) Set(assignment string) error {
	key, value, found := strings.Cut(assignment, "=")
	if !found {
		return fmt.Errorf("setting %q has no =; write key=value", assignment)
	}
	key = strings.TrimSpace(key)
	var known []string
	for _, table := range []struct {
		prefix string
		target any
	}{{"agent.", e.Agent}, {"run.", &e.Config}} {
		settings := keys(table.target)
		if table.prefix == "run." {
			settings = slices.DeleteFunc(settings, func(key string) bool { return key == "agent" || key == "task" })
		}
		if name := strings.TrimPrefix(key, table.prefix); slices.Contains(settings, name) {
			return decodeSetting(table.target, name, strings.TrimSpace(value))
		}
		known = append(known, settings...)
	}
	return fmt.Errorf("no setting is called %q; nearest: %s", key, strings.Join(env.Nearest(key, known, 3), ", "))
}

// keys lists the TOML names of the fields of the struct that target points to.
func keys(target any) []string {
	var names []string
	structure := reflect.TypeOf(target).Elem()
	for i := range structure.NumField() {
		names = append(names, structure.Field(i).Tag.Get("toml"))
	}
	return names
}

// decodeSetting reads value as TOML and, if it is not, as a string or, where strings are listed, a list of it.
func decodeSetting(target any, key, value string) error {
	structure := reflect.TypeOf(target).Elem()
	field := structure.Field(slices.Index(keys(target), key))
	text := strconv.Quote(value)
	if field.Type == reflect.TypeFor[[]string]() {
		text = "[" + text + "]"
	}
	for _, text := range []string{value, text} {
		if _, err := toml.Decode(key+" = "+text, target); err == nil {
			return nil
		}
	}
	return fmt.Errorf("setting %s is %s, must be %s", key, value, allowed(field.Type))
}

// allowed describes the values of a setting.
func allowed(setting reflect.Type) string {
	switch setting.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list, as in [64, 64]"
	}
	return "a " + setting.String()
}

// encode writes the experiment's settings as TOML.
func (e *Experiment) encode() ([]byte, error) {
	var b bytes.Buffer
	encoder := toml.NewEncoder(&b)
	encoder.Indent = ""
	err := encoder.Encode(struct {
		Run   Config       `toml:"run"`
		Agent agent.Config `toml:"agent"`
	}{e.Config, e.Agent})
	return b.Bytes(), err
}

// LoadExperiment reads the settings of the run in folder.
func LoadExperiment(folder string, catalogues Catalogues) (*Experiment, error) {
	path := filepath.Join(folder, configFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s holds no run, there is no config.toml: name another folder, or train there first", folder)
	}
	if err != nil {
		return nil, err
	}
	var file struct {
		Run   Config
		Agent toml.Primitive
	}
	file.Run = DefaultConfig() // of settings that came to be after the run
	read, err := toml.Decode(string(data), &file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	e, err := NewExperiment(file.Run, "default", catalogues)
	if err == nil {
		err = read.PrimitiveDecode(file.Agent, e.Agent)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if unknown := read.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: unknown settings %v", path, unknown)
	}
	return e, nil
}
