package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/reverie-rl/reverie/internal/checkpoint"
)

// Report is what a run's folder tells of it. No task and no algorithm is needed to read it.
type Report struct {
	Run        string       `json:"run"` // its folder
	Task       string       `json:"task"`
	Agent      string       `json:"agent"`
	Seed       int64        `json:"seed"`
	Step       int64        `json:"step"`  // of the newest checkpoint; 0 if there is none
	Score      *float64     `json:"score"` // mean of the last three evaluations, if there was one
	Parts      []Spec       `json:"parts"` // of that checkpoint
	From       []Origin     `json:"from"`
	Fraction   float64      `json:"fraction"` // of each batch that is Experience
	Experience []Experience `json:"experience"`
	Frozen     []string     `json:"frozen"`
}

// Origin is where a part comes from, and what that run had it from.
type Origin struct {
	Taken
	Mark string   `json:"mark"` // why the run can no longer give it, if it cannot: gone, damaged, changed
	From []Origin `json:"from"`
}

// Experience is a run that was learned from.
type Experience struct {
	Earlier
	Gone bool `json:"gone"`
}

// Find lists the run folders at or below root, in the order of their names. It looks for no runs inside runs.
func Find(root string) ([]string, error) {
	if _, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("no runs: %w; name another folder, or train first", err)
	}
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && IsRun(path) {
			found, err = append(found, path), fs.SkipDir
		}
		return err
	})
	return found, err
}

// IsRun tells whether folder has the settings of a run, or some that cannot be read.
func IsRun(folder string) bool {
	if !Exists(folder) {
		return false
	}
	settings, err := readSettings(folder)
	return err != nil || settings.Run != nil
}

// Describe reads what the run in folder is, has and comes from.
func Describe(folder string) (*Report, error) {
	settings, err := readSettings(folder)
	if err != nil {
		return nil, err
	}
	r := &Report{Run: folder, Parts: []Spec{}}
	r.Task, _ = settings.Run["task"].(string) // empty if it does not tell
	r.Agent, _ = settings.Run["agent"].(string)
	r.Seed, _ = settings.Run["seed"].(int64)
	if err := r.readCheckpoint(); err != nil && !errors.Is(err, checkpoint.ErrNone) {
		return nil, err
	}
	return r, r.readProvenance()
}

func (r *Report) readCheckpoint() error {
	generation, err := look(r.Run)
	if err != nil {
		return err
	}
	var saved state
	if err := json.Unmarshal(generation.State, &saved); err != nil {
		return fmt.Errorf("%s: %w", generation.Folder, err)
	}
	r.Step = generation.Step
	if len(saved.Evaluations) > 0 {
		score := Score(saved.Evaluations)
		r.Score = &score
	}
	r.Parts, err = specsIn(generation)
	return err
}

func (r *Report) readProvenance() error {
	stored, err := readProvenance(filepath.Join(r.Run, provenanceFile))
	if err != nil {
		return err
	}
	r.Fraction, r.Frozen, r.Experience = stored.Fraction, append([]string{}, stored.Frozen...), []Experience{}
	for _, earlier := range stored.Earlier {
		_, err := os.Stat(earlier.Run)
		r.Experience = append(r.Experience, Experience{earlier, err != nil})
	}
	r.From = originsOf(stored.Parts, []string{filepath.Clean(r.Run)})
	return nil
}

// look finds the newest checkpoint of a run.
func look(folder string) (*checkpoint.Generation, error) {
	return checkpoint.Open(filepath.Join(folder, checkpointFolder)).Look()
}

// originsOf follows what was taken to the runs that did not take it themselves. The runs on the way are passed, so
// that runs that name each other end it.
func originsOf(taken []Taken, passed []string) []Origin {
	origins := []Origin{}
	for _, one := range taken {
		origin := Origin{Taken: one, Mark: one.mark(), From: []Origin{}}
		folder := filepath.Clean(one.Run)
		stored, err := readProvenance(filepath.Join(folder, provenanceFile))
		if err == nil && !slices.Contains(passed, folder) {
			origin.From = originsOf(touching(stored.Parts, one.Part), append(slices.Clone(passed), folder))
		}
		origins = append(origins, origin)
	}
	return origins
}

// touching are those of taken that are path, inside it or around it.
func touching(taken []Taken, path string) []Taken {
	var some []Taken
	for _, one := range taken {
		_, inside := below(one.Part, path)
		_, around := below(path, one.Part)
		if inside || around {
			some = append(some, one)
		}
	}
	return some
}

// mark tells why the run can no longer give what was taken.
func (t Taken) mark() string {
	generation, err := look(t.Run)
	if errors.Is(err, checkpoint.ErrNone) {
		return "gone"
	}
	var specs []Spec
	if err == nil {
		specs, err = specsIn(generation)
	}
	if err != nil {
		return "damaged"
	}
	if spec, found := specAt(specs, t.Part); !found || spec.SHA256 != t.SHA256 {
		return "changed"
	}
	return ""
}
