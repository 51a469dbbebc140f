package mpc

import (
	"slices"
	"strings"
	"testing"
)

// There is a preset for every planner.
func TestPresetsHaveAllPlanners(t *testing.T) {
	var chosen []string
	for _, preset := range Algorithm().Presets {
		chosen = append(chosen, preset().(*Config).Planner)
	}
	for planner := range planners {
		if !slices.Contains(chosen, planner) {
			t.Errorf("no preset has the planner %s", planner)
		}
	}
}

func TestValidate(t *testing.T) {
	for want, spoil := range map[string]func(c *Config){
		"mpc: planner is newton, must be cem":              func(c *Config) { c.Planner = "newton" },
		"mpc: spline is quintic, must be zero":             func(c *Config) { c.Spline = "quintic" },
		"mpc: iterations is 0, must be positive, or":       func(c *Config) { c.Iterations = 0 },
		"mpc: elites is 101, must be at most samples":      func(c *Config) { c.Elites = 101 },
		"mpc: horizon is 0, must be positive":              func(c *Config) { c.Horizon = 0 },
		"mpc: momentum is 2, must be in [0, 1]":            func(c *Config) { c.Momentum = 2 },
		"mpc: difference is 0, must be positive":           func(c *Config) { c.Difference = 0 },
		"mpc: seconds is -1, must be at least 0":           func(c *Config) { c.Seconds = -1 },
		"mpc: minimum_deviation is -1, must be at least 0": func(c *Config) { c.MinimumDeviation = -1 },
	} {
		c := Default()
		spoil(c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("the problem is %v, want %s", err, want)
		}
	}
	timed := Default()
	timed.Iterations, timed.Seconds = 0, 0.1
	if err := timed.Validate(); err != nil {
		t.Errorf("a budget of time alone gives %v", err)
	}
}
