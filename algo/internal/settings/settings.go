// Package settings checks the configurations of algorithms.
package settings

import (
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/reverie-rl/reverie/agent"
)

// Of returns config as the type of an algorithm's settings, or an error if it is not or if a setting
// makes no sense.
func Of[C agent.Config](algorithm string, config agent.Config) (C, error) {
	c, ok := config.(C)
	if !ok {
		return c, fmt.Errorf("%s: the configuration is a %T", algorithm, config)
	}
	return c, c.Validate()
}

// Problems are what is wrong with the settings of an algorithm.
type Problems struct {
	Algorithm string
	found     []error
}

// Check notes what is wrong with the numbers in config, a pointer to a struct with toml tags, each of
// them alone: settings of one name have one rule in all algorithms. A number without a rule is a
// programmer's error.
func Check(algorithm string, config any) Problems {
	problems := Problems{Algorithm: algorithm}
	structure := reflect.ValueOf(config).Elem()
	for i := range structure.NumField() {
		name, value := structure.Type().Field(i).Tag.Get("toml"), structure.Field(i)
		if kind := value.Kind(); kind == reflect.Bool || kind == reflect.String {
			continue
		}
		rule, ok := rules[name]
		if !ok {
			panic(fmt.Sprintf("settings: %s has a setting %q, for which there is no rule", algorithm, name))
		}
		problems.Require(rule.fits(value), name, value, rule.want)
	}
	return problems
}

// Require notes a problem with field, which has this value and should be what want says, unless ok.
func (p *Problems) Require(ok bool, field string, value any, want string) {
	if !ok {
		p.found = append(p.found, fmt.Errorf("%s: %s is %v, must be %s", p.Algorithm, field, value, want))
	}
}

// Err is all problems, one a line, or nil.
func (p *Problems) Err() error { return errors.Join(p.found...) }

// rule is what a setting must be, in words and as a test of each of its numbers.
type rule struct {
	want string
	ok   func(x float64) bool
}

var (
	positive    = rule{"positive", func(x float64) bool { return x > 0 }}
	notNegative = rule{"at least 0", func(x float64) bool { return x >= 0 }}
	anyNumber   = rule{"finite", func(float64) bool { return true }}
	fraction    = rule{"in [0, 1]", func(x float64) bool { return x >= 0 && x <= 1 }}
	layers      = rule{"one or more positive numbers", positive.ok}
)

var rules = map[string]rule{
	"policy_layers": layers, "critic_layers": layers, "model_layers": layers,
	"warmup": notNegative, "steps_per_update": positive, "batch": positive, "samples": positive,
	"core_size": positive, "memory_span": notNegative, "window": positive, "burn_in": notNegative,
	"nstep": positive, "sequence_length": positive, "lambda": fraction, "discount": fraction,
	"learning_rate": positive, "policy_learning_rate": positive, "dual_learning_rate": positive, "model_learning_rate": positive, "gradient_norm": notNegative,
	"target_period": positive, "target_rate": fraction,
	"epsilon": positive, "epsilon_penalty": notNegative, "epsilon_mean": positive, "epsilon_deviation": positive, "epsilon_policy": positive,
	"initial_temperature": anyNumber, "initial_mean_multiplier": anyNumber, "initial_deviation_multiplier": anyNumber, "initial_policy_multiplier": anyNumber,
	"multiplier_layers": layers, "initial_multiplier": positive, "multiplier_learning_rate": positive, "bounds": {"one or more finite numbers", anyNumber.ok},
	"preferences":       {"one or more finite numbers", anyNumber.ok},
	"initial_deviation": positive, "minimum_deviation": notNegative, "maximum_deviation": positive,
	"minimum_model_deviation": positive, "importance_limit": positive, "windows": positive, "recent": positive,
	"cloning": notNegative, "exploration_deviation": positive, "exploration_chance": fraction, "exploration_correlation": fraction, "entropy": notNegative, "saturation": notNegative, "target_entropy": anyNumber,
	"horizon": positive, "iterations": notNegative, "seconds": notNegative, "elites": positive, "momentum": fraction,
	"temperature": positive, "knots": positive, "difference": positive,
	"atoms":         {"at least 2", func(x float64) bool { return x >= 2 }},
	"lowest_return": anyNumber, "highest_return": anyNumber,
	"deterministic": positive, "stochastic": positive, "classes": {"at least 2", func(x float64) bool { return x >= 2 }}, "unimix": fraction,
	"latent_deviation": positive, "depth": positive, "hidden": positive, "symlog_limit": positive,
	"observation_weight": notNegative, "reward_weight": notNegative, "continuation_weight": notNegative,
	"dynamics_weight": notNegative, "representation_weight": notNegative, "free_nats": notNegative,
	"members": positive, "particles": positive,
	"overshooting_weight": notNegative, "overshooting_distance": positive,
	"latent_size": positive, "history": positive, "consistency_weight": notNegative, "value_weight": notNegative,
	"reward_scale": positive, "value_scale": positive, "kl_weight": notNegative, "rollouts": positive, "policy_gradient_norm": notNegative,
	"start_every": positive, "reinforce": fraction, "critic_learning_rate": positive,
}

// fits reports whether all numbers of value, a number or a list of them, are finite and as the rule
// wants them, and whether there are any.
func (r rule) fits(value reflect.Value) bool {
	if value.Kind() != reflect.Slice {
		x := value.Convert(reflect.TypeFor[float64]()).Float()
		return r.ok(x) && !math.IsNaN(x) && !math.IsInf(x, 0)
	}
	for i := range value.Len() {
		if !r.fits(value.Index(i)) {
			return false
		}
	}
	return value.Len() > 0
}
