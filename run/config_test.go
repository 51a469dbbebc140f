package run

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
)

func catalogues() Catalogues {
	return Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{mpo.Algorithm(), overlapping()}}
}

// overlappingConfig has a setting that runs have too.
type overlappingConfig struct {
	Steps int64  `toml:"steps"`
	Name  string `toml:"name"`
}

func (*overlappingConfig) Validate() error          { return nil }
func (*overlappingConfig) Schedule() agent.Schedule { return agent.Schedule{StepsPerUpdate: 1} }

func overlapping() agent.Algorithm {
	preset := func() agent.Config { return &overlappingConfig{Steps: 3, Name: "first"} }
	return agent.Algorithm{Name: "overlapping", Presets: map[string]func() agent.Config{"default": preset}}
}

func experiment(t *testing.T, algorithm string) *Experiment {
	t.Helper()
	config := DefaultConfig()
	config.Task, config.Agent = "classic/pendulum", algorithm
	e, err := NewExperiment(config, "default", catalogues())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func expectError(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("error %v does not contain %q", err, word)
		}
	}
}

func TestSet(t *testing.T) {
	e := experiment(t, "mpo")
	for _, assignment := range []string{
		"batch=64", "agent.samples = 5", "run.workers=3", "seed=9223372036854775807", "policy_layers=[8, 4]",
		"critic_layers = [ 16 ]", "discount=1", "epsilon=1e-2", "action_repeat=4", "pixels=64", "camera=side", "twin_critic=true", "target=retrace", `temperature="adam"`, "from=runs/first:policy",
		"hide=velocities", "delay=2", "flicker=0.25",
	} {
		if err := e.Set(assignment); err != nil {
			t.Error(err)
		}
	}
	want := mpo.Default()
	want.Batch, want.Samples, want.PolicyLayers, want.CriticLayers = 64, 5, []int{8, 4}, []int{16}
	want.Discount, want.Epsilon, want.TwinCritic, want.Target, want.Temperature = 1, 1e-2, true, "retrace", "adam"
	if !reflect.DeepEqual(e.Agent, agent.Config(want)) {
		t.Errorf("the agent's settings are %+v", e.Agent)
	}
	config := DefaultConfig()
	config.Task, config.Agent = "classic/pendulum", "mpo"
	config.ActionRepeat, config.Pixels, config.Camera = 4, 64, "side"
	config.Workers, config.Seed, config.From = 3, 1<<63-1, Sources{"runs/first:policy"}
	config.Hide, config.Delay, config.Flicker = []string{"velocities"}, 2, .25
	if !reflect.DeepEqual(e.Config, config) {
		t.Errorf("the run's settings are %+v", e.Config)
	}
}

func TestSetRefuses(t *testing.T) {
	e := experiment(t, "mpo")
	for assignment, want := range map[string]string{
		"batch":             "has no =",
		"bach=1":            `no setting is called "bach"; nearest: batch`,
		"run.batch=1":       `no setting is called "run.batch"`,
		"task=classic/lqr":  `no setting is called "task"`,
		"run.agent=mpo":     `no setting is called "run.agent"`,
		"batch=many":        "batch is many, must be a whole number",
		"discount=high":     "discount is high, must be a number",
		"twin_critic=1":     "twin_critic is 1, must be true or false",
		"policy_layers=64":  "policy_layers is 64, must be a list",
		"policy_layers=[64": "policy_layers is [64, must be a list",
		"batch=":            "batch is , must be a whole number",
	} {
		expectError(t, e.Set(assignment), want)
	}
	if lines, err := experiment(t, "mpo").Change(e); len(lines) > 0 || err != nil {
		t.Errorf("refused settings changed %v", lines)
	}
}

// Where both tables have a setting, the agent's is meant unless the prefix says otherwise.
func TestSetOfAnAmbiguousKey(t *testing.T) {
	e := experiment(t, "overlapping")
	settings := e.Agent.(*overlappingConfig)
	for assignment, want := range map[string][2]int64{"steps=7": {7, 100_000}, "agent.steps=8": {8, 100_000}} {
		if err := e.Set(assignment); err != nil || settings.Steps != want[0] || e.Config.Steps != want[1] {
			t.Errorf("%s: the agent has %d steps, the run %d; %v", assignment, settings.Steps, e.Config.Steps, err)
		}
	}
	if err := e.Set("run.steps=9"); err != nil || e.Config.Steps != 9 {
		t.Errorf("the run has %d steps, %v", e.Config.Steps, err)
	}
	if err := e.Set(`name=two "words"`); err != nil || settings.Name != `two "words"` {
		t.Errorf("the name is %s, %v", settings.Name, err)
	}
}

// A function may find tasks that are in no list.
func TestFindTask(t *testing.T) {
	known := catalogues()
	known.FindTask = func(name string) (env.Task, error) {
		task, err := known.Tasks.Find(strings.TrimPrefix(name, "far:"))
		task.Name = name
		return task, err
	}
	config := DefaultConfig()
	config.Task, config.Agent = "far:classic/pendulum", "mpo"
	e, err := NewExperiment(config, "default", known)
	if err != nil || e.Task.Name != "far:classic/pendulum" {
		t.Errorf("found %v, %v", e, err)
	}
}

func TestChange(t *testing.T) {
	one, other := experiment(t, "mpo"), experiment(t, "mpo")
	if lines, err := one.Change(other); len(lines) != 0 || err != nil {
		t.Errorf("equal experiments differ in %v, %v", lines, err)
	}
	for _, assignment := range []string{"replay_capacity=50", "policy_layers=[8]"} {
		if err := other.Set(assignment); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"replay_capacity: 50, was 1000000", "policy_layers: [8], was [256 256]"}
	if got, err := one.Change(other); !slices.Equal(got, want) || err != nil {
		t.Errorf("the differences are %q, want %q; %v", got, want, err)
	}
	for _, assignment := range []string{"seed=2", "action_repeat=4"} {
		if err := other.Set(assignment); err != nil {
			t.Fatal(err)
		}
	}
	got, err := one.Change(other)
	expectError(t, err, "setting seed: 2, was 1 cannot be changed", "random numbers would begin anew", "action_repeat: 4, was 1", "--out")
	if !slices.Equal(got, want) {
		t.Errorf("the differences are %q, want %q", got, want)
	}
}

func TestFixedSettingsAreOfTheRun(t *testing.T) {
	for key := range fixed {
		if !slices.Contains(keys(&Config{}), key) {
			t.Errorf("%s is no setting", key)
		}
	}
}

func TestConfigRoundTrip(t *testing.T) {
	e := experiment(t, "mpo")
	for _, assignment := range []string{"seed=5", "policy_layers=[8]", "from=runs/first:policy", "epsilon_deviation=1e-7"} {
		if err := e.Set(assignment); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := LoadExperiment(store(t, e, nil), catalogues())
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := e.Change(loaded); len(lines) != 0 || err != nil || loaded.Task.Name != "classic/pendulum" || loaded.Algorithm.Name != "mpo" {
		t.Errorf("%s of %s differs in %v", loaded.Algorithm.Name, loaded.Task.Name, lines)
	}
}

// store writes the settings of e, changed by edit, as a run folder.
func store(t *testing.T, e *Experiment, edit func(string) string) string {
	t.Helper()
	settings, err := e.encode()
	if err != nil {
		t.Fatal(err)
	}
	text := string(settings)
	if edit != nil {
		text = edit(text)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, configFile), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestLoadExperimentRefuses(t *testing.T) {
	e := experiment(t, "mpo")
	for want, edit := range map[string]func(string) string{
		"unknown settings [agent.bach]": func(s string) string { return s + "bach = 3\n" },
		"unknown settings [run.step]":   func(s string) string { return strings.Replace(s, "[run]", "[run]\nstep = 1", 1) },
		"line 2":                        func(s string) string { return strings.Replace(s, "[run]\n", "[run]\nseed = = 1\n", 1) },
		`no task is called "classic/p"`: func(s string) string { return strings.Replace(s, "classic/pendulum", "classic/p", 1) },
		"incompatible types":            func(s string) string { return strings.Replace(s, "seed = 1", `seed = "one"`, 1) },
	} {
		folder := store(t, e, edit)
		_, err := LoadExperiment(folder, catalogues())
		expectError(t, err, folder, want)
	}
	folder := t.TempDir()
	_, err := LoadExperiment(folder, catalogues())
	expectError(t, err, folder, "holds no run")
}

// A run that was made before a setting existed has its default.
func TestLoadExperimentOfAnEarlierVersion(t *testing.T) {
	folder := store(t, experiment(t, "mpo"), func(s string) string {
		return strings.Replace(strings.Replace(s, "log_every = 1000\n", "", 1), "epsilon = 0.1\n", "", 1)
	})
	e, err := LoadExperiment(folder, catalogues())
	if err != nil || e.Config.LogEvery != 1000 || e.Agent.(*mpo.Config).Epsilon != 0.1 {
		t.Errorf("loaded %+v, %v", e, err)
	}
}

func TestValidateNamesEveryField(t *testing.T) {
	var words []string
	for _, key := range keys(&Config{}) {
		if !slices.Contains([]string{"task", "agent", "seed", "from", "freeze", "pixels", "camera", "hide", "delay", "flicker", "trap", "stream", "retain_steps", "stream_quota", "replay_from", "offline"}, key) {
			words = append(words, key+" is 0")
		}
	}
	expectError(t, Config{}.Validate(), words...)
	config := DefaultConfig()
	if err := config.Validate(); err != nil {
		t.Error(err)
	}
	config.Pixels = -1
	expectError(t, config.Validate(), "pixels is -1", "[0, 1024]")
	config.Delay, config.Flicker = -1, 1
	expectError(t, config.Validate(), "delay is -1", "[0, 1000]", "flicker is 1, must be in [0, 1)")
	config.RetainSteps, config.StreamQuota = 1000, -1
	expectError(t, config.Validate(), "retain_steps is 1000", "at least replay_capacity", "stream_quota is -1")
	config.Seed = 1 << 63
	expectError(t, config.Validate(), "seed is 9223372036854775808", "2^63-1")
}
