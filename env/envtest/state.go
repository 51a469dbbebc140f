package envtest

import (
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/env"
)

// snapshotContinues saves at random points, among them before the first step, plays on, and
// demands the same from the same instance and from a second one once restored.
func snapshotContinues(c *checker) {
	e, second := c.open(seed), c.open(seed+1)
	first, other := c.snapshotter(e), c.snapshotter(second)
	actions := newSampler(e, actionSeed)
	points := rand.New(rand.NewPCG(seed, 0))
	for try := range 6 {
		state := c.save(first)
		kept := slices.Clone(state)
		want := c.record(e, newSampler(e, uint64(try)), shortPlay/2)
		c.save(first)
		if !slices.Equal(state, kept) {
			c.failf("the bytes of a snapshot changed when the environment went on and was saved again")
		}
		for _, target := range []env.Snapshotter{first, other} {
			c.demand(target.Restore(state), "Restore")
			if !slices.Equal(c.save(target), kept) {
				c.failf("Save right after Restore does not give the same bytes")
			}
		}
		c.demandSame(c.record(second, newSampler(e, uint64(try)), shortPlay/2), want, "restored in a second instance")
		c.demandSame(c.record(e, newSampler(e, uint64(try)), shortPlay/2), want, "restored in the same instance")
		c.record(e, actions, points.IntN(shortPlay/2))
	}
}

// snapshotDamaged damages a snapshot in many ways. An environment that cannot tell would go on
// from a state that never was.
func snapshotDamaged(c *checker) {
	e, twin := c.open(seed), c.open(seed)
	snapshotter := c.snapshotter(e)
	actions, twinActions := newSampler(e, actionSeed), newSampler(e, actionSeed)
	c.record(e, actions, 5)
	c.record(twin, twinActions, 5)
	for _, damage := range damages(c.save(snapshotter)) {
		if snapshotter.Restore(damage.state) == nil {
			c.failf("Restore accepted a snapshot %s", damage.name)
		}
		c.demandSame(c.record(e, actions, 2), c.record(twin, twinActions, 2), "after a snapshot "+damage.name+" was refused")
	}
}

// damage is a broken snapshot and what was done to it.
type damage struct {
	name  string
	state []byte
}

// damages breaks state in many ways.
func damages(state []byte) []damage {
	end := len(state)
	all := []damage{
		{"without any bytes", nil},
		{"with a byte added", append(slices.Clone(state), 0)},
	}
	if end == 0 {
		return all
	}
	all = append(all, damage{"of the same size, all zeros", make([]byte, end)},
		damage{"cut in the middle", state[:end/2]}, damage{"without its last byte", state[:end-1]})
	for _, i := range []int{0, end / 3, end / 2, 2 * end / 3, end - 1} {
		flipped := slices.Clone(state)
		flipped[i] ^= 0x10
		all = append(all, damage{fmt.Sprintf("with a bit flipped in byte %d of %d", i, end), flipped})
	}
	return all
}

// snapshotter returns e as a Snapshotter, or ends the rule.
func (c *checker) snapshotter(e env.Environment) env.Snapshotter {
	snapshotter, ok := e.(env.Snapshotter)
	if !ok {
		c.skip("the environment is no Snapshotter")
	}
	return snapshotter
}

func (c *checker) save(snapshotter env.Snapshotter) []byte {
	state, err := snapshotter.Save()
	c.demand(err, "Save")
	return state
}

func renderPicture(c *checker) {
	e, twin := c.open(seed), c.open(seed)
	renderer, ok := e.(env.Renderer)
	if !ok {
		c.skip("the environment is no Renderer")
	}
	actions, twinActions := newSampler(e, actionSeed), newSampler(twin, actionSeed)
	for _, size := range []image.Point{{64, 48}, {33, 50}, {64, 48}} {
		got, want := c.record(e, actions, 4), c.record(twin, twinActions, 4)
		c.demandSame(got, want, "after Render")
		step := c.step(e, actions.next())
		kept := keep(step)
		c.demandPicture(renderer, size)
		c.demand(difference(step, kept), "Render overwrote the observation")
		c.demand(difference(kept, c.step(twin, twinActions.next())), "after Render")
	}
}

// demandPicture renders twice and looks at the size, the repeatability and the content.
func (c *checker) demandPicture(renderer env.Renderer, size image.Point) {
	picture, err := renderer.Render(0, size.X, size.Y)
	if errors.Is(err, errors.ErrUnsupported) {
		c.skip(err.Error())
	}
	c.demand(err, "Render")
	if picture.Bounds().Size() != size {
		c.failf("Render gave %v pixels, want %v", picture.Bounds().Size(), size)
	}
	if uniform(picture) {
		c.failf("Render gave a picture of one colour")
	}
	pixels := slices.Clone(picture.Pix)
	again, err := renderer.Render(0, size.X, size.Y)
	c.demand(err, "Render")
	if !slices.Equal(again.Pix, pixels) {
		c.failf("two pictures of one state differ")
	}
}

// uniform reports whether every pixel of picture has the same colour.
func uniform(picture *image.RGBA) bool {
	bounds := picture.Bounds()
	first := picture.RGBAAt(bounds.Min.X, bounds.Min.Y)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if picture.RGBAAt(x, y) != first {
				return false
			}
		}
	}
	return true
}
