package run

import (
	"errors"
	"fmt"
	"reflect"
)

// fixed are the settings that a run keeps for life, and why. All others may be changed when it resumes: the
// new value counts from there on; of freeze, what is named no longer learns again.
var fixed = map[string]string{
	"task":          "it is what the run learns",
	"agent":         "its parameters are those of this algorithm",
	"seed":          "its random numbers would begin anew",
	"from":          "the run began with these parameters",
	"action_repeat": "the rows in its replay would mean something else",
	"pixels":        "the rows in its replay would mean something else",
	"camera":        "the rows in its replay would mean something else",
	"hide":          "the rows in its replay would mean something else",
	"delay":         "the rows in its replay would mean something else",
	"flicker":       "the rows in its replay would mean something else",
	"stream":        "its replay is in this log",
	"replay_from":   "it has learned from these runs",
	"offline":       "it has learned from this experience",
}

// Change lists the settings in which changed differs from those of the run e, a line each. Those that a run
// keeps for life are an error. Networks of another shape are found when the parameters are loaded.
func (e *Experiment) Change(changed *Experiment) (applied []string, err error) {
	var refused []error
	for _, difference := range e.differences(changed) {
		if why, found := fixed[difference.key]; found && difference.ofRun {
			refused = append(refused, fmt.Errorf("setting %s cannot be changed when a run resumes: %s; begin another run with --out", difference, why))
		} else {
			applied = append(applied, difference.String())
		}
	}
	return applied, errors.Join(refused...)
}

// difference is a setting with two values.
type difference struct {
	key      string
	ofRun    bool // and not of the agent
	was, now any
}

func (d difference) String() string { return fmt.Sprintf("%s: %v, was %v", d.key, d.now, d.was) }

// differences lists the settings in which other differs from e.
func (e *Experiment) differences(other *Experiment) []difference {
	var found []difference
	for _, pair := range []struct {
		ofRun        bool
		ours, theirs any
	}{{true, &e.Config, &other.Config}, {false, e.Agent, other.Agent}} {
		ours, theirs := reflect.ValueOf(pair.ours).Elem(), reflect.ValueOf(pair.theirs).Elem()
		for i, key := range keys(pair.ours) {
			if a, b := ours.Field(i).Interface(), theirs.Field(i).Interface(); !reflect.DeepEqual(a, b) {
				found = append(found, difference{key, pair.ofRun, a, b})
			}
		}
	}
	return found
}
