package dataset

import (
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
)

// Fault is what is wrong with a row, or with a file.
type Fault struct {
	File    string `json:"file,omitempty"`    // its path
	Row     int64  `json:"row"`               // in the file, or of the episode if it comes from no file, from 0; -1 if all is meant
	Episode string `json:"episode,omitempty"` // if it is known
	Reason  string `json:"reason"`
}

func (f *Fault) Error() string {
	var place string
	if f.File != "" {
		place = f.File + ", "
	}
	if f.Row >= 0 {
		place += fmt.Sprintf("row %d, ", f.Row)
	}
	if f.Episode != "" {
		place += fmt.Sprintf("episode %s, ", f.Episode)
	}
	if place == "" {
		return f.Reason
	}
	return place[:len(place)-2] + ": " + f.Reason
}

// Report is what a check finds.
type Report struct {
	Totals          // of what has no fault
	Faults []*Fault `json:"faults"`
}

// Check reads everything and reports all that is wrong: checksums, schemas, numbers that are not finite,
// steps that do not count up by one, flags that contradict each other or the discounts, and counts.
func (d *Dataset) Check() *Report {
	report := &Report{Faults: d.checkFiles()}
	found := &Summary{}
	for e, err := range d.Episodes() {
		var fault *Fault
		switch {
		case err == nil:
			found.add(e)
		case errors.As(err, &fault):
			report.Faults = append(report.Faults, fault)
		}
	}
	report.Totals = found.Totals
	if want := d.summary; want != nil && len(report.Faults) == 0 && (found.Totals != want.Totals || !slices.Equal(found.Returns, want.Returns)) {
		reason := fmt.Sprintf("it says %+v with returns %+v, the files have %+v with returns %+v", want.Totals, want.Returns, found.Totals, found.Returns)
		report.Faults = append(report.Faults, &Fault{filepath.Join(d.folder, summaryName), -1, "", reason})
	}
	return report
}

// checkFiles verifies checksums, and that no file lies there that the description does not have.
func (d *Dataset) checkFiles() []*Fault {
	if d.summary == nil {
		return nil
	}
	var faults []*Fault
	for _, file := range d.summary.Files {
		path := filepath.Join(d.folder, file.Name)
		if err := file.checkContents(path); err != nil {
			faults = append(faults, &Fault{path, -1, "", err.Error()})
		}
	}
	paths, _ := filepath.Glob(filepath.Join(d.folder, "*.parquet")) // Open read the folder
	for _, path := range paths {
		if !slices.Contains(d.files, filepath.Base(path)) {
			faults = append(faults, &Fault{path, -1, "", summaryName + " does not list it"})
		}
	}
	return faults
}

// CheckEpisodes reports what is wrong with episodes of a log. What was lost is a fault; any other error ends
// it.
func CheckEpisodes(episodes iter.Seq2[*Episode, error]) (*Report, error) {
	report := &Report{}
	for e, err := range episodes {
		if err != nil && !new(Losses).Count(err) {
			return nil, err
		}
		if err != nil {
			report.Faults = append(report.Faults, &Fault{Row: -1, Reason: err.Error()})
			continue
		}
		c, err := columnsOf(e.Schema)
		if err != nil {
			return nil, err
		}
		before := len(report.Faults)
		e.faults(c, func(row int, reason error) {
			report.Faults = append(report.Faults, &Fault{Row: int64(row), Episode: e.ID, Reason: reason.Error()})
		})
		if len(report.Faults) == before {
			report.Totals.add(e)
		}
	}
	return report, nil
}
