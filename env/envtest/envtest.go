// Package envtest checks that an environment keeps the contract of package env.
//
// The rules are the union of what the conformance suites of dm_env, Gymnasium and PettingZoo ask
// of a single-agent environment, and what Reverie adds: bit-for-bit repeatability, snapshots, and
// errors that change nothing. In a test, one line checks a task:
//
//	func TestCatch(t *testing.T) { envtest.Run(t, classic.NewCatch) }
//
// Outside of a test, Check and CheckTask return what they found.
package envtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// ErrNotApplicable is wrapped by the error of a Finding whose rule asks for something that the
// environment does not offer, such as a picture of an environment that is no Renderer.
var ErrNotApplicable = errors.New("not applicable")

// DeterministicTag is the tag by which an env.Task declares that its seed changes nothing.
const DeterministicTag = "deterministic"

// Finding is the outcome of one rule.
type Finding struct {
	Rule string // what the contract says, as a sentence
	Err  error  // nil if the rule holds, ErrNotApplicable wrapped if it was not tried
}

// Failed reports whether the environment breaks the rule.
func (f Finding) Failed() bool { return f.Err != nil && !errors.Is(f.Err, ErrNotApplicable) }

// Option declares a peculiarity of the environment under test.
type Option func(*checker)

// Deterministic declares that the environment has no randomness, so different seeds may agree.
func Deterministic() Option { return func(c *checker) { c.deterministic = true } }

// Run checks the environments that newEnvironment makes, each rule as a subtest of t.
func Run(t *testing.T, newEnvironment func(seed uint64) (env.Environment, error), options ...Option) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			finding := r.check(newEnvironment, options)
			switch {
			case finding.Failed():
				t.Error(finding.Err)
			case finding.Err != nil:
				t.Skip(finding.Err)
			}
		})
	}
}

// Check applies every rule to the environments that newEnvironment makes, and returns one finding
// for each, in a fixed order.
func Check(newEnvironment func(seed uint64) (env.Environment, error), options ...Option) []Finding {
	findings := make([]Finding, len(rules))
	for i, r := range rules {
		findings[i] = r.check(newEnvironment, options)
	}
	return findings
}

// CheckTask is Check for a named task; DeterministicTag among its tags is the option Deterministic.
func CheckTask(task env.Task) []Finding {
	var options []Option
	if slices.Contains(task.Tags, DeterministicTag) {
		options = append(options, Deterministic())
	}
	return Check(task.New, options...)
}

// rule is one sentence of the contract and the function that tries to refute it.
type rule struct {
	name string
	try  func(*checker)
}

// check runs the rule on fresh environments. A crash of the environment is a failure of the rule.
func (r rule) check(newEnvironment func(uint64) (env.Environment, error), options []Option) (finding Finding) {
	c := &checker{newEnvironment: newEnvironment}
	for _, option := range options {
		option(c)
	}
	finding.Rule = r.name
	defer c.closeAll()
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case verdict:
			finding.Err = cause.error
		default:
			finding.Err = fmt.Errorf("the environment crashed: %v", cause)
		}
	}()
	r.try(c)
	return finding
}
