package arm

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

// variation is what a task may have beside its objective: a yellow block or ball that nobody asks for, another light
// and table in every episode, or a block that changes its colour all the time. The latter two can only be seen in
// pictures.
type variation struct {
	name                               string
	distractor, ball, relit, switching bool
}

var variations = []variation{
	{name: "distractor", distractor: true},
	{name: "ball", ball: true},
	{name: "relit", relit: true},
	{name: "switching", switching: true},
}

// switchingSteps is how many control steps a block keeps its colour when it switches.
const switchingSteps = 3

// look is what a variation draws for an episode, and how it shows. The numbers are: whether the table is
// checkered, its brightness, red, green and blue of the light, where the light is, and a number that the
// block's colours follow from.
type look struct {
	variation
	drawn []float64
	data  *mujoco.Data

	table, board, checkered, block []float32 // RGBA
	light                          []float32 // RGB
	place                          []float64 // of the light
}

// Places in look.drawn.
const (
	lookCheckered = iota
	lookBrightness
	lookLight
	lookPlace = lookLight + 3
	lookSeed  = lookPlace + 1
	lookSize  = lookSeed + 1
)

// look finds what can be painted: the models of all arms have a light called light, the geoms table, board and
// checkered, and one for each block.
func (v variation) look(m *mujoco.Model, d *mujoco.Data, b block) *look {
	geom := func(name string) []float32 { return simulation.Row(m, m.GeomRGBA, 4, mujoco.Geom, name) }
	l := &look{
		variation: v, drawn: make([]float64, lookSize), data: d,
		table: geom("table"), board: geom("board"), checkered: geom("checkered"), block: geom(b.name),
		light: m.LightDiffuse[:3], place: m.LightPos[:3],
	}
	for i := range 3 {
		l.drawn[lookLight+i] = float64(l.light[i])
	}
	l.drawn[lookBrightness], l.drawn[lookPlace] = .45, l.place[0]
	return l
}

// draw chooses the looks of an episode.
func (l *look) draw(random *rand.Rand) {
	if l.relit {
		l.drawn[lookCheckered] = float64(random.IntN(2))
		l.drawn[lookBrightness] = .2 + .6*random.Float64()
		for i := range 3 {
			l.drawn[lookLight+i] = .2 + .6*random.Float64()
		}
		l.drawn[lookPlace] = 2*random.Float64() - 1
	}
	if l.switching {
		l.drawn[lookSeed] = float64(random.IntN(1 << 30))
	}
}

// paint gives the model these looks.
func (l *look) paint() {
	if l.relit {
		l.checkered[3] = float32(l.drawn[lookCheckered])
		shade := float32(l.drawn[lookBrightness])
		for i, factor := range []float32{1, .92, .84} {
			l.table[i], l.board[i] = shade*factor, shade*factor
			l.light[i] = float32(l.drawn[lookLight+i])
		}
		l.place[0] = l.drawn[lookPlace]
	}
	if l.switching {
		step := math.Round(l.data.Time() / interval)
		choice := rand.New(rand.NewPCG(uint64(l.drawn[lookSeed]), uint64(step/switchingSteps)))
		copy(l.block, switchedColours[choice.IntN(len(switchedColours))][:])
	}
}

// switchedColours are those that a block may have when it switches.
var switchedColours = [][3]float32{{.85, .1, .1}, {.1, .7, .2}, {.7, .2, .8}, {.95, .55, .1}}
