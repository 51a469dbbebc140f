package realworld

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Parameter is a constant of a domain's model that can be perturbed, with the suite's defaults.
type Parameter struct {
	Name                               string
	Start, Minimum, Maximum, Deviation float64
	// replacements tells which passages of the MJCF text become which, for a value; each passage is there.
	replacements func(value float64, corrected bool) []string
}

// Parameters lists the parameters of a domain, the default one first; none where the suite has none.
func Parameters(domain string) []Parameter {
	switch domain {
	case "cartpole":
		return cartpoleParameters()
	case "walker":
		return walkerParameters()
	case "quadruped":
		return quadrupedParameters()
	case "humanoid":
		return humanoidParameters()
	case "manipulator":
		return manipulatorParameters()
	}
	return nil
}

// passages is the passages of a parameter that is written as format, %s being its value, where its value is original.
func passages(format, original string) func(float64, bool) []string {
	return func(value float64, _ bool) []string {
		return []string{strings.ReplaceAll(format, "%s", original), strings.ReplaceAll(format, "%s", number(value))}
	}
}

// number writes x as MJCF has it.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func cartpoleParameters() []Parameter {
	return []Parameter{
		{"pole_length", 1, .3, 3, .3, func(length float64, _ bool) []string {
			return []string{`fromto="0 0 0 0 0 1" size=".045" mass=".1"`, fmt.Sprintf(`fromto="0 0 0 0 0 %s" size=".045" mass="%s"`, number(length), number(length/10))}
		}},
		{"pole_mass", .1, .1, 10, .5, passages(`size=".045" mass="%s"`, ".1")},
		{"joint_damping", 2e-6, 2e-6, 2e-1, 2e-2, passages(`limited="false" damping="%s"`, "2e-6")},
		{"slider_damping", 5e-4, 5e-4, 3, .3, passages(`solreflimit=".08 1" damping="%s"`, "5e-4")},
	}
}

func walkerParameters() []Parameter {
	return []Parameter{
		{"thigh_length", .225, .1, .7, .05, func(half float64, _ bool) []string {
			knee := number(-.25 - 2*half)
			return []string{
				`<geom pos="0 0 -.225" size=".05 .225"/>`, fmt.Sprintf(`<geom pos="0 0 %s" size=".05 %s"/>`, number(-half), number(half)),
				`<body name="right_leg" pos="0 0 -.7">`, fmt.Sprintf(`<body name="right_leg" pos="0 0 %s">`, knee),
				`<body name="left_leg" pos="0 0 -.7">`, fmt.Sprintf(`<body name="left_leg" pos="0 0 %s">`, knee),
			}
		}},
		{"torso_length", .3, .1, .7, .05, func(half float64, corrected bool) []string {
			side := "-.05" // the original moves the left thigh into the right one
			if corrected {
				side = ".05"
			}
			return []string{
				`<geom name="torso" size=".07 .3"/>`, fmt.Sprintf(`<geom name="torso" size=".07 %s"/>`, number(half)),
				`<body name="right_thigh" pos="0 -.05 -.3">`, fmt.Sprintf(`<body name="right_thigh" pos="0 -.05 %s">`, number(-half)),
				`<body name="left_thigh" pos="0 .05 -.3">`, fmt.Sprintf(`<body name="left_thigh" pos="0 %s %s">`, side, number(-half)),
			}
		}},
		{"joint_damping", .1, .1, 10, .5, passages(`limited="true" damping="%s"`, ".1")},
		{"contact_friction", .7, .01, 2, .05, passages(`friction="%s .1 .1"`, ".7")},
	}
}

func quadrupedParameters() []Parameter {
	return []Parameter{
		{"shin_length", .25, .25, 2, .1, func(length float64, _ bool) []string {
			var pairs []string
			for _, leg := range []string{"front_left", "front_right", "back_right", "back_left"} {
				shin, ankle := `<geom name="shin_`+leg+`" fromto="0 0 0 %s 0 %s" size=".065"/>`, `<body name="ankle_`+leg+`" pos="%s 0 %s">`
				for _, format := range []string{shin, ankle} {
					pairs = append(pairs, fmt.Sprintf(format, ".25", "-.25"), fmt.Sprintf(format, number(length), number(-length)))
				}
			}
			return pairs
		}},
		{"torso_density", 1000, 500, 10000, 500, passages(`size=".3 .27 .2" density="%s"`, "1000")},
		{"joint_damping", 30, 10, 150, 10, passages(`limited="true" damping="%s"`, "30")},
		{"contact_friction", 1.5, .1, 4.5, .5, func(friction float64, _ bool) []string {
			return []string{
				`size=".08" friction="1.5"`, fmt.Sprintf(`size=".08" friction="%s"`, number(friction)),
				`<geom name="floor"`, fmt.Sprintf(`<geom name="floor" friction="%s"`, number(friction)),
			}
		}},
	}
}

func humanoidParameters() []Parameter {
	return []Parameter{
		{"contact_friction", .7, .05, 1.2, .1, func(friction float64, _ bool) []string {
			return []string{
				`condim="1" friction=".7"`, fmt.Sprintf(`condim="1" friction="%s"`, number(friction)),
				`<geom name="floor"`, fmt.Sprintf(`<geom name="floor" friction="%s"`, number(friction)),
			}
		}},
		{"joint_damping", .2, .01, 2.5, .2, passages(`<joint type="hinge" damping="%s"`, ".2")},
		{"head_size", .09, .01, .19, .02, passages(`<geom name="head" type="sphere" size="%s"/>`, ".09")},
	}
}

func manipulatorParameters() []Parameter {
	return []Parameter{
		{"lower_arm_length", .12, .1, .25, .01, func(length float64, _ bool) []string {
			return []string{
				`fromto="0 0 0 0 0 .12" size=".014"`, fmt.Sprintf(`fromto="0 0 0 0 0 %s" size=".014"`, number(length)),
				`<body name="hand" pos="0 0 .12">`, fmt.Sprintf(`<body name="hand" pos="0 0 %s">`, number(length)),
			}
		}},
		{"root_damping", 2, .1, 10, .1, passages(`<joint name="arm_root" damping="%s"`, "2")},
		{"shoulder_damping", 1.5, .1, 10, .1, passages(`<joint name="arm_shoulder" damping="%s"`, "1.5")},
	}
}

// edit is the MJCF text of a model where the parameter has a value.
func (p Parameter) edit(mjcf string, value float64, corrected bool) (string, error) {
	if p.replacements == nil {
		return setAttribute(mjcf, p.Name, number(value))
	}
	pairs := p.replacements(value, corrected)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(mjcf, pairs[i]) {
			return "", fmt.Errorf("realworld: the model has no %s, which %s would change", pairs[i], p.Name)
		}
		mjcf = strings.ReplaceAll(mjcf, pairs[i], pairs[i+1])
	}
	return mjcf, nil
}

// setAttribute sets an attribute of the element that path names, as in joint/hinge_1/damping.
func setAttribute(mjcf, path, value string) (string, error) {
	parts := strings.Split(path, "/")
	element, name, attribute := parts[0], parts[1], parts[2]
	tag := regexp.MustCompile(`<` + regexp.QuoteMeta(element) + `\s[^>]*?\bname="([^"]*)"[^>]*>`)
	var names []string
	for _, found := range tag.FindAllStringSubmatchIndex(mjcf, -1) {
		if names = append(names, mjcf[found[2]:found[3]]); names[len(names)-1] == name {
			return mjcf[:found[0]] + withAttribute(mjcf[found[0]:found[1]], attribute, value) + mjcf[found[1]:], nil
		}
	}
	slices.Sort(names)
	return "", fmt.Errorf("realworld: perturb.parameter %q: the model has no %s %q; there are %s", path, element, name, strings.Join(names, ", "))
}

// withAttribute is an opening tag with an attribute of that value.
func withAttribute(tag, attribute, value string) string {
	setting := fmt.Sprintf(` %s="%s"`, attribute, value)
	present := regexp.MustCompile(`\s` + regexp.QuoteMeta(attribute) + `="[^"]*"`)
	if present.MatchString(tag) {
		return present.ReplaceAllLiteralString(tag, setting)
	}
	end := len(tag) - 1
	if strings.HasSuffix(tag, "/>") {
		end--
	}
	return tag[:end] + setting + tag[end:]
}
