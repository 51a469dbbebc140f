package run

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/checkpoint"
)

// Sources are the runs whose parameters another one starts from, each RUN or RUN:part,part. In the settings of older
// runs there is one, without brackets.
type Sources []string

// UnmarshalTOML reads a list of strings, or one string.
func (s *Sources) UnmarshalTOML(value any) error {
	*s = Sources{}
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	for _, one := range list {
		text, ok := one.(string)
		if !ok {
			return fmt.Errorf("%v is no run: write RUN or RUN:part,part", one)
		}
		if text != "" {
			*s = append(*s, text)
		}
	}
	return nil
}

// source is a run to start from.
type source struct {
	run   string
	paths []string // of parts, or inside parts; all parts if there are none
}

// parseSource reads RUN or RUN:part,part.
func parseSource(text string) (source, error) {
	folder, list, chosen := strings.Cut(text, ":")
	s := source{run: folder}
	if chosen {
		s.paths = strings.Split(list, ",")
	}
	if folder == "" || slices.Contains(s.paths, "") {
		return s, fmt.Errorf("run: from is %q, must be RUN or RUN:part,part", text)
	}
	return s, nil
}

// inherit takes over the parameters that the settings name, if any, and stores where they come from. Copies of
// what was taken follow it, unless they are named themselves.
func (s *session) inherit(warnings io.Writer) error {
	whole := wholeTree(s.learner.Parts())
	var all []Taken
	for _, text := range s.experiment.Config.From {
		taken, err := s.inheritFrom(text, whole, warnings)
		if err == nil {
			err = checkApart(all, taken)
		}
		if err != nil {
			return fmt.Errorf("starting from %s: %w", text, err)
		}
		all = append(all, taken...)
	}
	follow(s.learner.Parts(), all)
	s.policy.Refresh()
	return s.record(func(p *Provenance) { p.Parts = all })
}

// inheritFrom takes over what one source names.
func (s *session) inheritFrom(text string, whole grad.Tree, warnings io.Writer) ([]Taken, error) {
	from, err := parseSource(text)
	if err != nil {
		return nil, err
	}
	if len(from.paths) == 0 {
		from.paths = heads(whole, "")
	}
	if err := checkPaths(whole, from.paths); err != nil {
		return nil, err
	}
	generation, err := newest(checkpoint.Open(filepath.Join(from.run, checkpointFolder)), warnings)
	if err != nil {
		return nil, err
	}
	theirs, err := parametersIn(generation)
	if err != nil {
		return nil, err
	}
	if under(whole, from.paths).CopyFrom(under(theirs, from.paths)) != nil {
		return nil, fmt.Errorf("%s:\n%s", generation.Folder, s.experiment.explain(from, whole, theirs))
	}
	specs := parameterSpecs(under(theirs, from.paths))
	var taken []Taken
	for _, path := range from.paths {
		taken = append(taken, Taken{Part: path, Run: from.run, Step: generation.Step, SHA256: specOf(path, specs).SHA256})
	}
	return taken, nil
}

// checkApart refuses what is taken twice.
func checkApart(before, taken []Taken) error {
	for i, one := range taken {
		for _, other := range slices.Concat(before, taken[:i]) {
			_, inside := below(one.Part, other.Part)
			_, around := below(other.Part, one.Part)
			if inside || around {
				return fmt.Errorf("%s is taken from %s, and %s from %s: name each part once", other.Part, other.Run, one.Part, one.Run)
			}
		}
	}
	return nil
}

// follow sets copies of parts to what was taken of them.
func follow(parts []agent.Part, taken []Taken) {
	var paths []string
	for _, one := range taken {
		paths = append(paths, one.Part)
	}
	isTaken := func(part string, named grad.Named) bool {
		return len(under(grad.Tree{named}.Under(part), paths)) > 0
	}
	for _, part := range parts {
		if part.CopyOf == "" {
			continue
		}
		original := agent.Original(parts, part)
		for i, named := range part.Tree {
			if isTaken(part.CopyOf, named) && !isTaken(part.Name, named) {
				copy(named.Data, original[i].Data)
			}
		}
	}
}

// freeze keeps the learner from changing what is at these paths.
func freeze(parts []agent.Part, paths []string) error {
	whole := wholeTree(parts)
	if err := checkPaths(whole, paths); err != nil {
		return fmt.Errorf("freezing: %w", err)
	}
	for _, named := range under(whole, paths) {
		named.Frozen = true
	}
	return nil
}
