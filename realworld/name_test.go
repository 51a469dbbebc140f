package realworld

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
)

// catalogue is the tasks that challenges go around.
func catalogue() env.Catalogue { return append(control.Tasks(), classic.Tasks()...) }

func TestSettingsOfNames(t *testing.T) {
	half, spec := .5, DefaultSpec()
	spec.Delay.Actions, spec.Gaussian.Observations = 3, .1
	spec.Perturb = Perturb{Enabled: true, Parameter: "pole_mass", Scheduler: RandomWalk, Period: 2, Start: &half}
	spec.Safety = Safety{Enabled: true, Observed: true, Coefficient: .3, Constraints: []string{"slider_pos"}, Limits: map[string]float64{"slider_pos": 1}}
	query := `delay.actions=3&gaussian.observations=0.1&perturb.enabled=true&perturb.parameter=pole_mass&perturb.scheduler=random_walk&perturb.period=2&perturb.start=0.5` +
		`&safety.enabled=true&safety.coefficient=0.3&safety.constraints=["slider_pos"]&safety.limits.slider_pos=1.0`
	got, err := parse("control/cartpole-swingup", query)
	if err != nil || !reflect.DeepEqual(got, spec) {
		t.Errorf("%+v, want %+v (%v)", got, spec, err)
	}
}

func TestAPresetComesFirstThenTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "challenges.toml")
	if err := os.WriteFile(file, []byte("dummies = 7\n[delay]\nactions = 1\nrewards = 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := Preset("walker", "medium")
	if err != nil {
		t.Fatal(err)
	}
	want.Dummies, want.Delay = 7, Delay{Actions: 5, Observations: 6, Rewards: 2}
	got, err := parse("control/walker-walk", "delay.actions=5&file="+file+"&preset=medium")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v (%v)", got, want, err)
	}
}

func TestMistakesInNamesTellWhatThereIs(t *testing.T) {
	for name, words := range map[string][]string{
		"realworld/cartpole-swingupp":                                                       {"cartpole-swingup"},
		"realworld/cartpole-swingup?preset=harder":                                          {"harder", "easy, medium, hard"},
		"realworld/cartpole-swingup?delay.action=3":                                         {"delay.action", "nearest: delay.actions", "preset, file"},
		"realworld/cartpole-swingup?delay.actions=many":                                     {"settings are"},
		"realworld/cartpole-swingup?delay":                                                  {`"delay" is no setting`, "KEY=VALUE"},
		"realworld/cartpole-swingup?delay.actions=-1":                                       {"delay.actions is -1", "0 to"},
		"realworld/cartpole-swingup?gaussian.actions=-1":                                    {"gaussian.actions is -1"},
		"realworld/cartpole-swingup?dropped.actions=2":                                      {"dropped.actions is 2", "[0, 1]"},
		"realworld/cartpole-swingup?file=absent.toml":                                       {"absent.toml"},
		"realworld/cartpole-swingup?perturb.scheduler=sine":                                 {"sine", "saw_wave"},
		"realworld/cartpole-swingup?perturb.enabled=true&perturb.period=0":                  {"perturb.period is 0"},
		"realworld/cartpole-swingup?perturb.enabled=true&perturb.parameter=mass":            {"mass", "pole_length, pole_mass", "joint/NAME/damping"},
		"realworld/cartpole-swingup?perturb.enabled=true&perturb.parameter=geom/cart/mass":  {"set perturb.start"},
		"realworld/cartpole-swingup?perturb.enabled=true&perturb.start=9":                   {"start 9", "[0.3, 3]"},
		"realworld/cheetah-run?perturb.enabled=true":                                        {"cheetah", "any attribute"},
		"realworld/cheetah-run?safety.enabled=true":                                         {"no constraints", "walker"},
		"realworld/classic/pendulum?safety.enabled=true":                                    {"control/"},
		"realworld/cartpole-swingup?safety.enabled=true&safety.constraints=[\"upright\"]":   {`"upright"`, "slider_accel"},
		"realworld/cartpole-swingup?safety.enabled=true&safety.limits.balance_velocity=1.0": {"balance_velocity", "slider_pos"},
		"realworld/cartpole-swingup?objectives.coefficient=0.5":                             {"objectives.coefficient", "safety"},
	} {
		_, err := Find(name, catalogue())
		if err == nil {
			t.Errorf("%s was accepted", name)
			continue
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not say %q", name, err, word)
			}
		}
	}
}

func TestMistakesThatTheTaskTells(t *testing.T) {
	for name, words := range map[string][]string{
		"realworld/classic/catch?gaussian.actions=1":                      {"int", "continuous"},
		"realworld/classic/catch?stuck.actions=1&stuck.action_steps=1":    {"int", "continuous"},
		"realworld/classic/pendulum?objectives.names=[\"safety\"]":        {"safety.enabled"},
		"realworld/classic/pendulum?objectives.names=[\"speed\"]":         {"speed", "energy"},
		"realworld/classic/point-multitask?objectives.names=[\"energy\"]": {"tasks"},
		"realworld/classic/point-multitask?dummies=1":                     {"has to stay"},
	} {
		task, err := Find(name, catalogue())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, err = task.New(1)
		for _, word := range words {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v does not say %q", name, err, word)
			}
		}
	}
}

func TestConformanceAroundTasksInGo(t *testing.T) {
	for _, name := range []string{
		"realworld/classic/pendulum?preset=hard", "realworld/classic/pendulum?preset=easy&carry=true",
		`realworld/classic/pendulum?objectives.names=["energy"]&objectives.observed=true&delay.rewards=3`,
		"realworld/classic/catch?delay.actions=2&delay.observations=2&delay.rewards=3&repetition.actions=0.5&repetition.steps=2",
		"realworld/classic/point-multitask?delay.observations=2&gaussian.observations=0.1&delay.rewards=2",
	} {
		t.Run(name, func(t *testing.T) {
			task, err := Find(name, catalogue())
			if err != nil {
				t.Fatal(err)
			}
			envtest.Run(t, task.New)
		})
	}
}

func TestTheSuiteIsListed(t *testing.T) {
	tasks := Tasks(catalogue())
	if len(tasks) != 13 || tasks[0].Name != "realworld/cartpole-balance" || tasks[0].Tags[0] != "realworld" {
		t.Errorf("the suite is %v", tasks)
	}
	if found, err := Find("realworld/walker-run?preset=easy", catalogue()); err != nil || found.Name != "realworld/walker-run?preset=easy" {
		t.Errorf("found %q (%v)", found.Name, err)
	}
}
