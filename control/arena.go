package control

import (
	"fmt"
	"strings"
)

// arena is where a quadruped lives.
type arena struct {
	floor   float64 // half of its side
	terrain bool    // a rugged bowl on the floor
	ball    bool    // a ball, a target, and walls
}

// model builds the arena and the parts of the quadruped that repeat.
func (a arena) model() string {
	parts := map[string]string{"rangefinders": rangefinderSites()}
	for i, leg := range []string{"front_left", "front_right", "back_right", "back_left"} {
		for part, text := range quadrupedLegs[i].parts() {
			parts[part] += strings.ReplaceAll(text, "LEG", leg)
		}
	}
	if a.terrain {
		parts["assets"] = `<hfield name="terrain" nrow="201" ncol="201" size="30 30 5 .1"/>`
		parts["arena"] = `<geom name="terrain" type="hfield" hfield="terrain" pos="0 0 -.01" material="floor"/>`
		parts["distances"] = eachRangefinder(func(name string, _, _ int) string {
			return fmt.Sprintf(`<rangefinder name="%s" site="%[1]s"/>`, name)
		})
	}
	if a.ball {
		parts["arena"], parts["ball"] = fetchArena, fetchBall
	}
	replace := []string{`size="10 10 .5"`, fmt.Sprintf(`size="%g %[1]g .5"`, a.floor)}
	for part, text := range parts {
		replace = append(replace, "<!-- "+part+" -->", text)
	}
	return strings.NewReplacer(replace...).Replace(quadrupedXML)
}

// quadrupedLeg is where a leg is attached: the place, and the direction in degrees.
type quadrupedLeg struct{ x, y, yaw float64 }

var quadrupedLegs = [4]quadrupedLeg{{.2, .2, 45}, {.2, -.2, -45}, {-.2, -.2, -135}, {-.2, .2, 135}}

// parts is what a leg adds to the sections of the model. LEG stands for the leg's name.
func (l quadrupedLeg) parts() map[string]string {
	return map[string]string{
		"legs": fmt.Sprintf(`
<body name="hip_LEG" pos="%g %g 0" euler="0 0 %g">
  <joint name="yaw_LEG" class="yaw"/>
  <joint name="pitch_LEG" class="pitch"/>
  <geom name="thigh_LEG" fromto="0 0 0 .3 0 .11" size=".08"/>
  <body name="knee_LEG" pos=".3 0 .11">
    <joint name="knee_LEG" class="knee"/>
    <geom name="shin_LEG" fromto="0 0 0 .25 0 -.25" size=".065"/>
    <body name="ankle_LEG" pos=".25 0 -.25">
      <joint name="ankle_LEG" class="ankle"/>
      <geom name="foot_LEG" fromto="0 0 0 0 0 -.25" size=".055"/>
      <body name="toe_LEG" pos="0 0 -.3">
        <geom name="toe_LEG" class="toe"/>
        <site name="toe_LEG" class="toe"/>
      </body>
    </body>
  </body>
</body>`, l.x, l.y, l.yaw),
		"couplings":  fixedTendon("coupling", "pitch", .333, "knee", .333, "ankle", .333),
		"tendons":    fixedTendon("extend", "pitch", .25, "knee", -.5, "ankle", .25) + fixedTendon("lift", "pitch", .5, "ankle", -.5),
		"equalities": `<tendon name="coupling_LEG" tendon1="coupling_LEG"/>`,
		"actuators": `<general name="yaw_LEG" joint="yaw_LEG"/>
<general name="lift_LEG" tendon="lift_LEG" class="lift"/>
<general name="extend_LEG" tendon="extend_LEG" class="extend"/>`,
		"forces":  `<force name="force_toe_LEG" site="toe_LEG"/>`,
		"torques": `<torque name="torque_toe_LEG" site="toe_LEG"/>`,
	}
}

// fixedTendon is a weighted sum of a leg's joints; joints and weights take turns.
func fixedTendon(name string, terms ...any) string {
	text := fmt.Sprintf(`<fixed name="%s_LEG">`, name)
	for i := 0; i < len(terms); i += 2 {
		text += fmt.Sprintf(`<joint joint="%s_LEG" coef="%g"/>`, terms[i], terms[i+1])
	}
	return text + "</fixed>"
}

// eachRangefinder concatenates what write gives for the rows and columns of the range finders.
func eachRangefinder(write func(name string, row, column int) string) string {
	text := ""
	for row := range 4 {
		for column := range 5 {
			text += write(fmt.Sprintf("rf_%d%d", row, column), row, column)
		}
	}
	return text
}

// rangefinderSites are thin pointers on the brow that spread like a fan. One place is taken twice,
// as it is in the suite.
func rangefinderSites() string {
	return eachRangefinder(func(name string, row, column int) string {
		if row == 1 && column == 1 {
			column = 0
		}
		r, side := float64(row), .01*float64(column-2)
		return fmt.Sprintf(`<site name="%s" class="rangefinder" fromto=".41 %g %g %g 0 %g"/>`,
			name, side, .11-.01*r, .34+.02*r, .115-.005*r)
	})
}

const (
	fetchArena = `
<geom name="wall_px" class="wall" pos="-15.7 0 .7" zaxis="1 0 1" size="1 15 .5"/>
<geom name="wall_py" class="wall" pos="0 -15.7 .7" zaxis="0 1 1" size="15 1 .5"/>
<geom name="wall_nx" class="wall" pos="15.7 0 .7" zaxis="-1 0 1" size="1 15 .5"/>
<geom name="wall_ny" class="wall" pos="0 15.7 .7" zaxis="0 -1 1" size="15 1 .5"/>
<site name="target" type="cylinder" size=".4 .06" pos="0 0 .05" material="target"/>`

	fetchBall = `
<body name="ball" pos="0 0 3">
  <freejoint name="ball_root"/>
  <geom name="ball" type="sphere" size=".15" material="effector" priority="1" condim="6" friction=".7 .005 .005" solref="-10000 -30"/>
</body>`
)
