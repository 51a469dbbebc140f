package run

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/reverie-rl/reverie/internal/checkpoint"
)

// inherit takes over parameters of another run: RUN for all parts, RUN:part,part for some.
func (s *session) inherit(from string, output io.Writer) error {
	folder, list, chosen := strings.Cut(from, ":")
	var names []string
	if chosen {
		names = strings.Split(list, ",")
	}
	generation, err := newest(checkpoint.Open(filepath.Join(folder, "checkpoints")), output)
	if err != nil {
		return fmt.Errorf("starting from %s: %w", from, err)
	}
	if err := loadParameters(generation, s.learner.Parts(), names); err != nil {
		return fmt.Errorf("starting from %s: %w", from, err)
	}
	s.policy.Refresh()
	return nil
}
