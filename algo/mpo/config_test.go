package mpo

import (
	"math"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	nan := math.NaN()
	agenttest.CheckRefusals(t, Algorithm(), Default, agenttest.Refusals[*Config]{
		{"policy_layers", func(c *Config) { c.PolicyLayers = nil }},
		{"critic_layers", func(c *Config) { c.CriticLayers = []int{4, 0} }},
		{"warmup", func(c *Config) { c.Warmup = -1 }},
		{"steps_per_update", func(c *Config) { c.StepsPerUpdate = 0 }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"samples", func(c *Config) { c.Samples = 1 }},
		{"target", func(c *Config) { c.Target = "n-step" }},
		{"nstep", func(c *Config) { c.NStep = 0 }},
		{"sequence_length", func(c *Config) { c.SequenceLength = 0 }},
		{"lambda", func(c *Config) { c.Lambda = 1.5 }},
		{"discount", func(c *Config) { c.Discount = nan }},
		{"learning_rate", func(c *Config) { c.LearningRate = 0 }},
		{"dual_learning_rate", func(c *Config) { c.DualLearningRate = nan }},
		{"gradient_norm", func(c *Config) { c.GradientNorm = -1 }},
		{"target_period", func(c *Config) { c.TargetPeriod = 0 }},
		{"temperature", func(c *Config) { c.Temperature = "" }},
		{"epsilon", func(c *Config) { c.Epsilon = 0 }},
		{"epsilon_penalty", func(c *Config) { c.EpsilonPenalty = -1 }},
		{"epsilon_mean", func(c *Config) { c.EpsilonMean = nan }},
		{"epsilon_deviation", func(c *Config) { c.EpsilonDeviation = 0 }},
		{"cloning", func(c *Config) { c.Cloning = -1 }},
		{"initial_temperature", func(c *Config) { c.InitialTemperature = nan }},
		{"initial_mean_multiplier", func(c *Config) { c.InitialMeanMultiplier = math.Inf(1) }},
		{"initial_deviation_multiplier", func(c *Config) { c.InitialDeviationMultiplier = nan }},
		{"initial_deviation", func(c *Config) { c.InitialDeviation = 0 }},
		{"minimum_deviation", func(c *Config) { c.MinimumDeviation = -1e-9 }},
	})
}

func TestValidateListsEveryProblem(t *testing.T) {
	err := (&Config{}).Validate()
	for _, field := range []string{"policy_layers", "samples", "initial_deviation"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%v does not mention %s", err, field)
		}
	}
}
