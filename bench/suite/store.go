package suite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

// What is stored of a run. aboutFile is written last: with it the results are whole.
const (
	configFile  = "config.toml"
	metricsFile = "metrics.jsonl"
	aboutFile   = "about.txt"
)

// stored tells whether the results of a run are there. Results of a run with other settings are an error.
func (j *job) stored(catalogues run.Catalogues) (bool, error) {
	if !exists(filepath.Join(j.results, aboutFile)) {
		return false, nil
	}
	made, err := run.LoadExperiment(j.results, catalogues)
	if err != nil {
		return false, fmt.Errorf("suite: %w", err)
	}
	changed, err := made.Change(j.experiment)
	if len(changed) > 0 || err != nil {
		return false, fmt.Errorf("suite: %s holds results of other settings; remove it, or give the entry another name: %w",
			j.results, errors.Join(err, errors.New(strings.Join(changed, ", "))))
	}
	return true, nil
}

// store copies the settings and the raw log of a run, and tells how it was made.
func (j *job) store(p *Plan, took time.Duration, resumed bool) error {
	if err := os.MkdirAll(j.results, 0o755); err != nil {
		return err
	}
	for _, name := range []string{configFile, metricsFile} {
		content, err := os.ReadFile(filepath.Join(j.folder, name))
		if err == nil {
			err = track.WriteFile(filepath.Join(j.results, name), content)
		}
		if err != nil {
			return err
		}
	}
	wall := fmt.Sprintf("%.0f s, up to %d runs at a time", took.Seconds(), p.options.Parallel)
	if resumed {
		wall += ", since it was gone on with"
	}
	about := fmt.Sprintf("commit     %s\nprocessor  %s, %d cores\ncommand    %s\nwall time  %s\n", p.commit, processor(), runtime.NumCPU(), j.command(), wall)
	return track.WriteFile(filepath.Join(j.results, aboutFile), []byte(about))
}

// command is how the run is made without a suite.
func (j *job) command() string {
	config := j.experiment.Config
	words := []string{"reverie train", config.Agent, "--task", config.Task, fmt.Sprintf("--steps %d --seed %d", config.Steps, config.Seed)}
	if j.entry.Preset != "default" {
		words = append(words, "--preset", j.entry.Preset)
	}
	for _, source := range config.From {
		words = append(words, "--from", source)
	}
	for _, assignment := range append([]string{"workers=1"}, j.entry.Settings...) {
		words = append(words, "--set", assignment)
	}
	return strings.Join(words, " ")
}

// commit is that of the source in the present folder, marked if files were changed since.
func commit() string {
	text, err := exec.Command("git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty= and changes").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

// processor is the model of the processor, where Linux tells, or its kind.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // other systems have none
	for line := range bytes.Lines(text) {
		if key, value, found := strings.Cut(string(line), ":"); found && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
