package agenttest

import (
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
)

// Refusals are changes that make one field of valid settings invalid.
type Refusals[C agent.Config] []struct {
	Field string // its name in config.toml
	Spoil func(settings C)
}

// CheckRefusals fails the test unless each refusal, of settings that fresh returns, is one line that begins with the
// algorithm's name and the field, and no learner is made.
func CheckRefusals[C agent.Config](t *testing.T, algorithm agent.Algorithm, fresh func() C, refusals Refusals[C]) {
	t.Helper()
	for _, refusal := range refusals {
		settings := fresh()
		refusal.Spoil(settings)
		err := settings.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), algorithm.Name+": "+refusal.Field+" is ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %v", refusal.Field, err)
		}
		if _, err := algorithm.New(settings, agent.Sizes{Observation: 1, Action: 1}, 1, nil); err == nil {
			t.Errorf("%s: made a learner", refusal.Field)
		}
	}
}
