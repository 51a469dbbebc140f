package run

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/reverie-rl/reverie/grad"
)

// mostLines is how many parameters that do not fit are listed.
const mostLines = 12

// explain tells why what a source names does not fit: how the parameters differ, which settings may be why, and what
// would fit.
func (e *Experiment) explain(from source, ours, theirs grad.Tree) string {
	lines := differenceOf(under(ours, from.paths), under(theirs, from.paths))
	if settings, err := e.settingsApart(from.run); err == nil && len(settings) > 0 {
		lines = append(append(lines, "settings that differ, of which some decide the shapes:"), settings...)
	}
	var fitting []string
	for _, path := range heads(ours, "") {
		if one := []string{path}; under(ours, one).Diff(under(theirs, one)) == "" {
			fitting = append(fitting, path)
		}
	}
	advice := "give this run those of the other with --set"
	if len(fitting) > 0 {
		advice += fmt.Sprintf(", or take what fits with --from %s:%s", from.run, strings.Join(fitting, ","))
	}
	return strings.Join(append(lines, advice), "\n")
}

// differenceOf lists how the parameters of another run differ from ours, a line each in the order of their names.
func differenceOf(ours, theirs grad.Tree) []string {
	shapes := map[string][2]any{}
	for i, tree := range []grad.Tree{ours, theirs} {
		for _, named := range tree {
			pair := shapes[named.Name]
			pair[i] = named.Shape
			shapes[named.Name] = pair
		}
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		switch pair := shapes[name]; {
		case pair[1] == nil:
			lines = append(lines, fmt.Sprintf("  %s %v: missing there", name, pair[0]))
		case pair[0] == nil:
			lines = append(lines, fmt.Sprintf("  %s %v: missing here", name, pair[1]))
		case !reflect.DeepEqual(pair[0], pair[1]):
			lines = append(lines, fmt.Sprintf("  %s: shape %v where %v is needed", name, pair[1], pair[0]))
		}
	}
	if more := len(lines) - mostLines; more > 0 {
		lines = append(lines[:mostLines], fmt.Sprintf("  and %d more", more))
	}
	return lines
}

// settingsFile is a config.toml as it was written, whatever the agent is.
type settingsFile struct{ Run, Agent map[string]any }

// readSettings reads the settings of the run in folder.
func readSettings(folder string) (settingsFile, error) {
	var file settingsFile
	_, err := toml.DecodeFile(filepath.Join(folder, configFile), &file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s: %w", filepath.Join(folder, configFile), err)
	}
	return file, err
}

// seen are the settings of a run that decide what its networks see and do.
var seen = []string{"task", "agent", "pixels", "hide"}

// settingsApart lists in which settings of the algorithm, and of what it sees, the run in folder differs from e.
func (e *Experiment) settingsApart(folder string) ([]string, error) {
	theirs, err := readSettings(folder)
	if err != nil {
		return nil, err
	}
	text, err := e.encode()
	if err != nil {
		return nil, err
	}
	var ours settingsFile
	if _, err := toml.Decode(string(text), &ours); err != nil {
		return nil, err
	}
	var lines []string
	add := func(key string, here, there any) {
		if here != nil && there != nil && !reflect.DeepEqual(here, there) {
			lines = append(lines, fmt.Sprintf("  %s is %v here, %v there", key, here, there))
		}
	}
	for _, key := range seen {
		add(key, ours.Run[key], theirs.Run[key])
	}
	for _, key := range slices.Sorted(maps.Keys(ours.Agent)) {
		add(key, ours.Agent[key], theirs.Agent[key])
	}
	return lines, nil
}
