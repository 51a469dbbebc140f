package envtest

import (
	"errors"
	"image"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// broken says which rule catches which fault.
var broken = map[fault]struct{ name, rule string }{
	unnamedSpec:        {"a spec without a name", "specs are valid"},
	sameNames:          {"two specs of one name", "specs are valid"},
	uint8Action:        {"an action of bytes", "specs are valid"},
	resetGivesMid:      {"Reset gives MID", "Reset gives FIRST"},
	resetHasReward:     {"FIRST has a reward", "Reset gives FIRST"},
	resetFails:         {"the second Reset fails", "Reset gives FIRST"},
	newStepsAtOnce:     {"a new environment steps without Reset", "Step on a new"},
	newUsesAction:      {"a new environment uses the first action", "Step on a new"},
	lastStepsOn:        {"the episode goes on after LAST", "Step after LAST"},
	lastNeedsReset:     {"Step after LAST is an error", "Step after LAST"},
	firstInTheMiddle:   {"FIRST in the middle of an episode", "Step after LAST"},
	wrongSize:          {"an observation of the wrong size", "observations, rewards"},
	nanObservation:     {"NaN in an observation", "observations, rewards"},
	beyondBounds:       {"an observation outside its bounds", "observations, rewards"},
	infiniteReward:     {"an infinite reward", "observations, rewards"},
	discountAboveOne:   {"a discount above one", "observations, rewards"},
	refusesOutOfBounds: {"actions out of bounds are refused", "actions at the bounds"},
	acceptsWrongSize:   {"an action of the wrong size is accepted", "a bad action"},
	acceptsNaN:         {"NaN is accepted in an action", "a bad action"},
	badActionMoves:     {"a refused action moves the state", "a bad action"},
	changesAction:      {"Step writes to the action", "Step neither changes nor keeps"},
	keepsAction:        {"Step keeps the action", "Step neither changes nor keeps"},
	specsOverwrite:     {"asking for specs overwrites the observation", "an observation stays"},
	sharedState:        {"instances share state", "instances share nothing"},
	unseeded:           {"the seed is ignored and the result random", "the same seed"},
	ignoresSeed:        {"the seed is ignored and the result fixed", "different seeds"},
	saveForgetsRandom:  {"Save forgets the random stream", "a snapshot restores"},
	saveForgetsCount:   {"Save forgets the step count", "a snapshot restores"},
	saveIsAlive:        {"Save returns its own buffer", "a snapshot restores"},
	restoreTrustsAll:   {"Restore accepts damaged snapshots", "a damaged snapshot"},
	restoreBreaks:      {"a refused Restore changes the state", "a damaged snapshot"},
	physicsOfOthers:    {"the physics depend on the instance", "the physics of a step"},
	physicsIncomplete:  {"the physics lack what the reward depends on", "the physics of a step"},
	physicsMoves:       {"Physics moves the state", "the physics of a step"},
	rewardOfPresent:    {"RewardOf looks at the present state", "the physics of a step"},
	rewardOfMoves:      {"RewardOf moves the state", "the physics of a step"},
	rewardOfWrites:     {"RewardOf writes to the physics", "the physics of a step"},
	rewardOfEnds:       {"RewardOf takes a time limit for a termination", "the physics of a step"},
	rewardOfTrustsAll:  {"RewardOf accepts whatever it gets", "bad physics"},
	physicsTrustsAll:   {"Physics writes into any array", "bad physics"},
	renderSize:         {"Render swaps width and height", "Render gives"},
	renderBlank:        {"Render gives a blank picture", "Render gives"},
	renderMoves:        {"Render moves the state", "Render gives"},
	closeCrashes:       {"the second Close crashes", "Close twice"},
	closeFails:         {"the first Close fails", "Close twice"},
	makeFails:          {"making the environment fails", "specs are valid"},
	panics:             {"Step crashes", "observations, rewards"},
}

func TestCorrectEnvironmentPasses(t *testing.T) {
	Run(t, walkers(none))
	for _, finding := range Check(walkers(none)) {
		if strings.HasPrefix(finding.Rule, "of several ") != errors.Is(finding.Err, ErrNotApplicable) || finding.Failed() {
			t.Errorf("%s: %v", finding.Rule, finding.Err)
		}
	}
}

func TestEveryFaultIsCaught(t *testing.T) {
	for f := none + 1; f <= panics; f++ {
		want, ok := broken[f]
		if !ok {
			t.Fatalf("fault %d has no entry in the table", f)
		}
		t.Run(want.name, func(t *testing.T) {
			if !fails(Check(walkers(f)), want.rule) {
				t.Errorf("no finding of a rule that begins with %q", want.rule)
			}
		})
	}
}

func TestEveryRuleCatchesAFault(t *testing.T) {
	for _, r := range rules {
		caught := false
		for _, entry := range broken {
			caught = caught || strings.HasPrefix(r.name, entry.rule)
		}
		for _, entry := range brokenObjectives {
			caught = caught || strings.HasPrefix(r.name, entry.rule)
		}
		for _, entry := range brokenTasks {
			caught = caught || strings.HasPrefix(r.name, entry.rule)
		}
		if !caught {
			t.Errorf("no faulty environment proves the rule %q", r.name)
		}
	}
}

// fails reports whether a rule whose name begins with prefix failed.
func fails(findings []Finding, prefix string) bool {
	for _, finding := range findings {
		if finding.Failed() && strings.HasPrefix(finding.Rule, prefix) {
			return true
		}
	}
	return false
}

func TestDeterministicTaskMayIgnoreItsSeed(t *testing.T) {
	task := env.Task{Name: "test/walk", Tags: []string{DeterministicTag}, New: walkers(ignoresSeed)}
	for _, finding := range CheckTask(task) {
		if finding.Failed() {
			t.Errorf("%s: %v", finding.Rule, finding.Err)
		}
	}
	task.Tags = nil
	if !fails(CheckTask(task), "different seeds") {
		t.Error("an undeclared deterministic task passed")
	}
}

// bare hides that a walker can save, relabel and draw.
type bare struct{ env.Environment }

// unsupported draws nothing on this machine.
type unsupported struct{ env.Environment }

func (unsupported) Render(camera, width, height int) (*image.RGBA, error) {
	return nil, errors.ErrUnsupported
}

func TestMissingAbilitiesAreSkipped(t *testing.T) {
	wrappers := map[string]func(env.Environment) env.Environment{
		"bare":        func(e env.Environment) env.Environment { return bare{e} },
		"unsupported": func(e env.Environment) env.Environment { return unsupported{e} },
	}
	for name, wrap := range wrappers {
		t.Run(name, func(t *testing.T) {
			skipped := 0
			for _, finding := range Check(func(seed uint64) (env.Environment, error) {
				e, err := walkers(none)(seed)
				return wrap(e), err
			}) {
				if finding.Failed() {
					t.Errorf("%s: %v", finding.Rule, finding.Err)
				}
				if errors.Is(finding.Err, ErrNotApplicable) {
					skipped++
				}
			}
			if skipped != 9 {
				t.Errorf("%d rules skipped, want the two of snapshots, the two of physics, the two of several tasks, those of objectives, constraints and pictures", skipped)
			}
		})
	}
}
