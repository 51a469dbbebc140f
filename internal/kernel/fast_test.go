package kernel

import (
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	sets := []*Set[float32]{{Name: "quick"}, {Name: "go"}}
	if got := choose(sets, ""); got.Name != "quick" {
		t.Errorf("without a name: got %s", got.Name)
	}
	if got := choose(sets, "go"); got.Name != "go" {
		t.Errorf("by name: got %s", got.Name)
	}
	defer func() {
		if message, _ := recover().(string); !strings.Contains(message, "[quick go]") {
			t.Errorf("an unknown name does not list the known ones: %q", message)
		}
	}()
	choose(sets, "slow")
}
