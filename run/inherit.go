package run

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/reverie-rl/reverie/internal/checkpoint"
)

// inherit takes over the parameters that the settings name, if any: of RUN, or of RUN:part,part only
// the parts.
func (s *session) inherit(warnings io.Writer) error {
	from := s.experiment.Config.From
	if from == "" {
		return nil
	}
	folder, list, chosen := strings.Cut(from, ":")
	var names []string
	if chosen {
		names = strings.Split(list, ",")
	}
	generation, err := newest(checkpoint.Open(filepath.Join(folder, checkpointFolder)), warnings)
	if err == nil {
		err = loadParameters(generation, s.learner.Parts(), names)
	}
	if err != nil {
		return fmt.Errorf("starting from %s: %w", from, err)
	}
	s.policy.Refresh()
	return nil
}
