// Package published holds scores that others have published, to compare results with: facts and figures, each
// file with its source.
package published

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/BurntSushi/toml"
)

//go:embed *.toml
var files embed.FS

// Curve is the scores of one method on one task.
type Curve struct {
	Task      string    `toml:"task"`
	Method    string    `toml:"method"`
	Seeds     int       `toml:"seeds"`
	Steps     []float64 `toml:"steps"`     // environment steps at which it was scored
	Mean      []float64 `toml:"mean"`      // over seeds, of each
	Deviation []float64 `toml:"deviation"` // over seeds, of each, or nothing
	Source    string    `toml:"source"`    // where the numbers are from
	Measure   string    `toml:"measure"`   // what the numbers are
}

// file is a list of curves of one source.
type file struct {
	Source  string    `toml:"source"`
	Measure string    `toml:"measure"`
	Steps   []float64 `toml:"steps"`
	Curves  []Curve   `toml:"curve"`
}

// On returns the curves of a task, or none.
func On(task string) ([]Curve, error) {
	all, err := curves(files)
	var found []Curve
	for _, curve := range all {
		if curve.Task == task {
			found = append(found, curve)
		}
	}
	return found, err
}

// curves reads all files.
func curves(files fs.FS) ([]Curve, error) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, err
	}
	var all []Curve
	for _, name := range names {
		var f file
		read, err := toml.DecodeFS(files, name, &f)
		if err == nil && len(read.Undecoded()) > 0 {
			err = fmt.Errorf("unknown keys %v", read.Undecoded())
		}
		if err == nil {
			err = f.complete()
		}
		if err != nil {
			return nil, fmt.Errorf("published: %s: %w", name, err)
		}
		all = append(all, f.Curves...)
	}
	return all, nil
}

// complete gives every curve what its file says of all, and checks it.
func (f *file) complete() error {
	for i := range f.Curves {
		c := &f.Curves[i]
		c.Source, c.Measure, c.Steps = f.Source, f.Measure, f.Steps
		if c.Task == "" || c.Method == "" || c.Seeds < 1 || c.Source == "" || c.Measure == "" {
			return fmt.Errorf("curve %d lacks its task, its method, its seeds, its source or its measure", i+1)
		}
		if len(c.Mean) != len(c.Steps) || len(c.Deviation) != 0 && len(c.Deviation) != len(c.Steps) {
			return fmt.Errorf("%s on %s has %d means and %d deviations, want one for each of %d steps", c.Method, c.Task, len(c.Mean), len(c.Deviation), len(c.Steps))
		}
	}
	return nil
}
