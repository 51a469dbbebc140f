package settings

import (
	"math"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
)

// toy is a configuration with one setting of each kind.
type toy struct {
	Layers  []int   `toml:"policy_layers"`
	Batch   int     `toml:"batch"`
	Warmup  int64   `toml:"warmup"`
	Rate    float64 `toml:"learning_rate"`
	Lambda  float64 `toml:"lambda"`
	Initial float64 `toml:"initial_temperature"`
	Target  string  `toml:"target"`
	Twin    bool    `toml:"twin_critic"`
}

func (c *toy) Validate() error {
	problems := Check("toy", c)
	problems.Require(c.Target != "", "target", c.Target, "named")
	return problems.Err()
}

func (c *toy) Schedule() agent.Schedule { return agent.Schedule{} }

// other is a configuration of another type.
type other struct{ toy }

func sound() *toy { return &toy{Layers: []int{3}, Batch: 1, Rate: 0.1, Initial: -5, Target: "x"} }

func TestCheck(t *testing.T) {
	if err := sound().Validate(); err != nil {
		t.Errorf("settings that are right give %v", err)
	}
	nan, infinite := math.NaN(), math.Inf(1)
	for want, spoil := range map[string]func(c *toy){
		"toy: policy_layers is [], must be one or more positive numbers":    func(c *toy) { c.Layers = nil },
		"toy: policy_layers is [3 0], must be one or more positive numbers": func(c *toy) { c.Layers = []int{3, 0} },
		"toy: batch is 0, must be positive":                                 func(c *toy) { c.Batch = 0 },
		"toy: warmup is -1, must be at least 0":                             func(c *toy) { c.Warmup = -1 },
		"toy: learning_rate is 0, must be positive":                         func(c *toy) { c.Rate = 0 },
		"toy: learning_rate is NaN, must be positive":                       func(c *toy) { c.Rate = nan },
		"toy: learning_rate is +Inf, must be positive":                      func(c *toy) { c.Rate = infinite },
		"toy: lambda is 1.5, must be in [0, 1]":                             func(c *toy) { c.Lambda = 1.5 },
		"toy: initial_temperature is NaN, must be finite":                   func(c *toy) { c.Initial = nan },
		"toy: target is , must be named":                                    func(c *toy) { c.Target = "" },
	} {
		c := sound()
		spoil(c)
		if err := c.Validate(); err == nil || err.Error() != want {
			t.Errorf("the problem is %v, want %s", err, want)
		}
	}
	if err := (&toy{}).Validate(); err == nil || len(strings.Split(err.Error(), "\n")) != 4 {
		t.Errorf("the problems are %v, want four lines", err)
	}
}

func TestNumbersNeedARule(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Check("toy", &struct {
		Unknown int `toml:"unknown"`
	}{})
}

func TestOf(t *testing.T) {
	right := sound()
	if c, err := Of[*toy]("toy", right); err != nil || c != right {
		t.Errorf("settings that are right give %v", err)
	}
	if _, err := Of[*toy]("toy", &other{}); err == nil || err.Error() != "toy: the configuration is a *settings.other" {
		t.Errorf("settings of another type give %v", err)
	}
	if _, err := Of[*toy]("toy", &toy{}); err == nil {
		t.Error("settings that make no sense pass")
	}
}
