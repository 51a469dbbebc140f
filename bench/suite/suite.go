// Package suite makes the learning results of bench/results: it trains agents on tasks with several seeds from
// a list, goes on where it was stopped, stores what came of each run with how it was made, and writes a page
// of scores, curves and published scores to compare them with.
//
// A list is a TOML file:
//
//	seeds = [1, 2, 3]                 # of every entry that names none
//
//	[[run]]
//	agent = "mpo"
//	task = "control/cartpole-swingup"
//	steps = 100_000
//	preset = "default"                # may be left out, as all that follows
//	settings = ["samples=20"]         # as --set takes them
//	name = "mpo-20"                   # in tables; the agent, if it is left out
//	seeds = [1]
//	threshold = 700                   # the suite fails if the mean score is less
//	from = "ivg on control/reacher-easy:model" # parts of the run of this entry with the same seed
//
//	[target]                          # returns to reach; the page tells after how many steps
//	"control/cartpole-swingup" = 700
//
//	[reference."control/cartpole-swingup"] # what scores on a task are measured by; may be left out
//	random = 46
//	gamer = 850
//	record = 880
package suite

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/reverie-rl/reverie/bench/aggregate"
	"github.com/reverie-rl/reverie/run"
)

// Suite is a list of runs to make and to compare.
type Suite struct {
	Name    string   `toml:"-"` // of the file
	Seeds   []uint64 `toml:"seeds"`
	Entries []Entry  `toml:"run"`
	// References are the scores that those on a task are measured by, by the task's name.
	References map[string]aggregate.Reference `toml:"reference"`
	// Targets are the returns to reach on a task, by its name.
	Targets map[string]float64 `toml:"target"`
}

// Entry is the runs of one agent on one task.
type Entry struct {
	Name      string   `toml:"name"` // in tables and of folders; the agent's by default
	Agent     string   `toml:"agent"`
	Preset    string   `toml:"preset"`
	Task      string   `toml:"task"`
	Steps     int64    `toml:"steps"`
	Seeds     []uint64 `toml:"seeds"`     // the suite's by default
	Settings  []string `toml:"settings"`  // key=value
	Threshold *float64 `toml:"threshold"` // the least mean score
	// From is NAME or NAME:part,part: what runs begin with of those of another entry, seed by seed. NAME on TASK tells
	// entries of one name apart.
	From string `toml:"from"`

	source *Entry // that From names; nil without
}

// Lists is the folder where suites are found by their name.
const Lists = "bench/suites"

// Load reads the suite called name in Lists, or the file that name is the path of.
func Load(name string) (*Suite, error) {
	file := name
	if filepath.Ext(name) != ".toml" {
		file = filepath.Join(Lists, name+".toml")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		known, _ := filepath.Glob(filepath.Join(Lists, "*.toml")) // the pattern is well-formed
		return nil, fmt.Errorf("suite: %w; name a file, or one of %v", err, known)
	}
	s := &Suite{Name: strings.TrimSuffix(filepath.Base(file), ".toml")}
	read, err := toml.Decode(string(text), s)
	if err == nil && len(read.Undecoded()) > 0 {
		err = fmt.Errorf("unknown keys %v", read.Undecoded())
	}
	if err == nil {
		err = s.complete()
	}
	if err != nil {
		return nil, fmt.Errorf("suite: %s: %w", file, err)
	}
	return s, nil
}

// complete fills in what entries leave out, and returns an error for each that lacks what it needs.
func (s *Suite) complete() error {
	var problems []error
	if len(s.Entries) == 0 {
		problems = append(problems, errors.New("there is no [[run]]"))
	}
	taken := map[string]string{}
	for i := range s.Entries {
		e := &s.Entries[i]
		e.Name, e.Preset = cmp.Or(e.Name, e.Agent), cmp.Or(e.Preset, "default")
		if len(e.Seeds) == 0 {
			e.Seeds = s.Seeds
		}
		folder := e.folder()
		if other, found := taken[folder]; found {
			problems = append(problems, fmt.Errorf("%v would store its results where %s does: give one of them another name", e, other))
		}
		taken[folder] = e.String()
		problems = append(problems, e.check())
	}
	for i := range s.Entries {
		problems = append(problems, s.findSource(&s.Entries[i]))
	}
	for task, reference := range s.References {
		if err := reference.Check(); err != nil {
			problems = append(problems, fmt.Errorf("reference of %s: %w", task, err))
		}
	}
	return errors.Join(problems...)
}

// findSource sets the entry whose runs those of e begin with, which has to stand before it and to have its seeds.
func (s *Suite) findSource(e *Entry) error {
	if e.From == "" {
		return nil
	}
	name, _, _ := strings.Cut(e.From, ":")
	for i := range s.Entries {
		source := &s.Entries[i]
		if source == e {
			break
		}
		if source.Name != name && source.String() != name {
			continue
		}
		for _, seed := range e.Seeds {
			if !slices.Contains(source.Seeds, seed) {
				return fmt.Errorf("%v begins with runs of %v, which has no seed %d", e, source, seed)
			}
		}
		e.source = source
		return nil
	}
	return fmt.Errorf("%v begins with runs of %q: no entry before it has this name", e, name)
}

// level is how many entries have to be made before this one.
func (e *Entry) level() int {
	if e.source == nil {
		return 0
	}
	return e.source.level() + 1
}

// check returns an error unless an entry says what to run. Names are looked up when runs are made.
func (e *Entry) check() error {
	switch {
	case e.Agent == "" || e.Task == "" || e.Steps <= 0 || len(e.Seeds) == 0:
		return fmt.Errorf("%v has %d steps and %d seeds: an entry needs an agent, a task, steps and seeds", e, e.Steps, len(e.Seeds))
	case e.Name != filepath.Base(e.Name) || strings.HasPrefix(e.Name, "."):
		return fmt.Errorf("%v: the name is one of a folder too, and may hold no /", e)
	}
	sorted := slices.Sorted(slices.Values(e.Seeds))
	if len(slices.Compact(sorted)) < len(e.Seeds) {
		return fmt.Errorf("%v has a seed twice: %v", e, e.Seeds)
	}
	return nil
}

// String names an entry.
func (e *Entry) String() string { return e.Name + " on " + e.Task }

// folder is where the runs of an entry are, in a folder of a suite.
func (e *Entry) folder() string { return filepath.Join(e.Name, path.Base(e.Task)) }

// results is where the results of a run are stored, in a folder of results. The suite of an agent does not
// repeat the agent's name.
func (s *Suite) results(e *Entry, seed uint64) string {
	folder := e.folder()
	if e.Name == s.Name {
		folder = path.Base(e.Task)
	}
	return filepath.Join(s.Name, folder, seedFolder(seed))
}

func seedFolder(seed uint64) string { return fmt.Sprintf("seed%d", seed) }

// runFolder is that of a run, in the folder of all runs.
func (s *Suite) runFolder(runs string, e *Entry, seed uint64) string {
	return filepath.Join(runs, s.Name, e.folder(), seedFolder(seed))
}

// from is what the run of an entry with a seed begins with. Its path is one from the present folder, if there is one:
// results are stored for other machines.
func (s *Suite) from(runs string, e *Entry, seed uint64) run.Sources {
	if e.source == nil {
		return run.Sources{}
	}
	folder := s.runFolder(runs, e.source, seed)
	if here, err := os.Getwd(); err == nil {
		if relative, err := filepath.Rel(here, folder); err == nil {
			folder = relative
		}
	}
	_, parts, chosen := strings.Cut(e.From, ":")
	if chosen {
		folder += ":" + parts
	}
	return run.Sources{folder}
}

// experiment is the run of an entry with a seed, on one processor.
func (e *Entry) experiment(seed uint64, from run.Sources, catalogues run.Catalogues) (*run.Experiment, error) {
	config := run.DefaultConfig()
	config.From = from
	config.Agent, config.Task, config.Steps, config.Seed, config.Workers = e.Agent, e.Task, e.Steps, seed, 1
	made, err := run.NewExperiment(config, e.Preset, catalogues)
	for _, assignment := range e.Settings {
		if err == nil {
			err = made.Set(assignment)
		}
	}
	if err == nil {
		err = made.Validate()
	}
	if err != nil {
		return nil, fmt.Errorf("suite: %v: %w", e, err)
	}
	return made, nil
}
