package realworld

import (
	"reflect"
	"testing"
)

// The numbers of the suite's combined challenges.
func TestPresetsAreThoseOfTheSuite(t *testing.T) {
	for _, want := range []struct {
		name                                  string
		actions, observations, rewards        int
		noise, probability                    float64
		steps, repeated, dummies              int
		cartpole, walker, humanoid, quadruped [3]float64 // minimum, maximum, deviation
	}{
		{"easy", 3, 3, 10, .1, .01, 1, 1, 10, [3]float64{.9, 1.1, .02}, [3]float64{.225, .25, .002}, [3]float64{.6, .8, .02}, [3]float64{.25, .3, .005}},
		{"medium", 6, 6, 20, .3, .05, 5, 2, 20, [3]float64{.7, 1.7, .1}, [3]float64{.225, .4, .015}, [3]float64{.5, .9, .04}, [3]float64{.25, .8, .05}},
		{"hard", 9, 9, 40, 1, .1, 10, 3, 50, [3]float64{.5, 2.3, .15}, [3]float64{.225, .55, .04}, [3]float64{.4, 1, .06}, [3]float64{.25, 1.4, .1}},
	} {
		for domain, numbers := range map[string][3]float64{
			"cartpole": want.cartpole, "walker": want.walker, "humanoid": want.humanoid, "quadruped": want.quadruped, "manipulator": {.1, .25, .01},
		} {
			got, err := Preset(domain, want.name)
			if err != nil {
				t.Fatal(err)
			}
			parameter, err := got.Perturb.parameter(domain)
			if err != nil {
				t.Fatal(err)
			}
			names := map[string]string{"cartpole": "pole_length", "walker": "thigh_length", "humanoid": "contact_friction", "quadruped": "shin_length", "manipulator": "lower_arm_length"}
			if span := [3]float64{parameter.Minimum, parameter.Maximum, parameter.Deviation}; span != numbers || parameter.Name != names[domain] {
				t.Errorf("%s %s perturbs %s within %v, want %v", want.name, domain, parameter.Name, span, numbers)
			}
			if !got.Perturb.Enabled || got.Perturb.Scheduler != Uniform || got.Perturb.Period != 1 {
				t.Errorf("%s %s perturbs by %+v", want.name, domain, got.Perturb)
			}
			fault := Faults{Observations: want.probability, ObservationSteps: want.steps}
			expected := Spec{
				Delay:    Delay{want.actions, want.observations, want.rewards},
				Gaussian: Gaussian{want.noise, want.noise}, Dropped: fault, Stuck: fault,
				Repetition: Repetition{1, want.repeated}, Dummies: want.dummies, Perturb: got.Perturb, Safety: DefaultSpec().Safety,
			}
			if !reflect.DeepEqual(got, expected) {
				t.Errorf("%s %s is %+v, want %+v", want.name, domain, got, expected)
			}
		}
	}
}

func TestParametersAreThoseOfTheSuite(t *testing.T) {
	type row = struct {
		name                               string
		start, minimum, maximum, deviation float64
	}
	for domain, want := range map[string][]row{
		"cartpole":    {{"pole_length", 1, .3, 3, .3}, {"pole_mass", .1, .1, 10, .5}, {"joint_damping", 2e-6, 2e-6, 2e-1, 2e-2}, {"slider_damping", 5e-4, 5e-4, 3, .3}},
		"walker":      {{"thigh_length", .225, .1, .7, .05}, {"torso_length", .3, .1, .7, .05}, {"joint_damping", .1, .1, 10, .5}, {"contact_friction", .7, .01, 2, .05}},
		"quadruped":   {{"shin_length", .25, .25, 2, .1}, {"torso_density", 1000, 500, 10000, 500}, {"joint_damping", 30, 10, 150, 10}, {"contact_friction", 1.5, .1, 4.5, .5}},
		"humanoid":    {{"contact_friction", .7, .05, 1.2, .1}, {"joint_damping", .2, .01, 2.5, .2}, {"head_size", .09, .01, .19, .02}},
		"manipulator": {{"lower_arm_length", .12, .1, .25, .01}, {"root_damping", 2, .1, 10, .1}, {"shoulder_damping", 1.5, .1, 10, .1}},
	} {
		var got []row
		for _, p := range Parameters(domain) {
			got = append(got, row{p.Name, p.Start, p.Minimum, p.Maximum, p.Deviation})
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", domain, got, want)
		}
	}
}
