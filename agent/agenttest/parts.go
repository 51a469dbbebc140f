package agenttest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/agent"
)

// checkCopies: a copy begins as the part that it names, which is no copy itself, and target networks say what they
// are copies of.
func (s suite) checkCopies() error {
	t, err := s.trainee(1, nil)
	if err != nil {
		return err
	}
	parts := t.Parts()
	for _, part := range parts {
		original := agent.Original(parts, part)
		switch {
		case part.CopyOf == "" && strings.HasPrefix(part.Name, "target_"):
			return fmt.Errorf("part %q does not say which part it is a copy of", part.Name)
		case part.CopyOf == "":
		case len(original) == 0:
			return fmt.Errorf("part %q is a copy of %q, which is no part, or a copy itself", part.Name, part.CopyOf)
		default:
			if difference := part.Tree.Diff(original); difference != "" {
				return fmt.Errorf("part %q is no copy of %q:\n%s", part.Name, part.CopyOf, difference)
			}
			if name, found := different(original, part.Tree); found {
				return fmt.Errorf("part %q does not begin as a copy of %q: %s", part.Name, part.CopyOf, name)
			}
		}
	}
	return nil
}

// checkFrozen: what is frozen stays, bit by bit, and the rest learns. Where all but the copies is frozen the copies
// have nothing to follow.
func (s suite) checkFrozen() error {
	for _, test := range []struct {
		frozen func(p agent.Part) bool
		moves  bool
	}{
		{func(p agent.Part) bool { return p.CopyOf == "" }, false},
		{func(p agent.Part) bool { return p.CopyOf != "" }, true},
	} {
		t, err := s.trainee(1, nil)
		if err != nil {
			return err
		}
		for _, part := range t.Parts() {
			for _, named := range part.Tree {
				named.Frozen = test.frozen(part)
			}
		}
		if err := t.staysFrozen(test.moves); err != nil {
			return err
		}
	}
	return nil
}

// staysFrozen learns and compares what is frozen, and demands that the rest moves, or that it does not.
func (t *trainee) staysFrozen(moves bool) error {
	before := t.snapshot()
	if err := t.learn(updates); err != nil {
		return err
	}
	moved := ""
	for i, named := range t.tree() {
		name, found := different(before[i:i+1], t.tree()[i:i+1])
		if found && named.Frozen {
			return fmt.Errorf("a frozen parameter changed: %s", name)
		}
		if found && !slices.Equal(before[i].Data, named.Data) { // in value: an average of -0 and -0 is 0
			moved = name
		}
	}
	if moved != "" && !moves {
		return fmt.Errorf("a copy of what is frozen changed: %s", moved)
	}
	if moves && moved == "" {
		return errors.New("nothing is learned beside what is frozen")
	}
	return nil
}
