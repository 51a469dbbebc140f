package dist

import (
	"math"

	"github.com/reverie-rl/reverie/grad"
)

// Support is an increasing list of numbers, the atoms, over which a categorical distribution stands
// for one over the real line.
type Support struct {
	sum          float64
	atoms        *grad.Parameter // [atoms]: b
	below, above *grad.Parameter // [atoms]: the neighbours of each atom
	rise, fall   *grad.Parameter // [atoms]: 1 / distance from the neighbour below, and above
}

// LinearSupport has count atoms at equal distances from low to high, as C51 does.
func LinearSupport(low, high float64, count int) Support {
	return newSupport(spaced(low, high, count))
}

// SymexpSupport has count atoms symexp(y) for y at equal distances from low to high. DreamerV3 takes
// -20, 20 and 255, which reaches from -4.9e8 to 4.9e8.
func SymexpSupport(low, high float64, count int) Support {
	atoms := spaced(low, high, count)
	for i, y := range atoms {
		atoms[i] = math.Copysign(math.Expm1(math.Abs(y)), y)
	}
	return newSupport(atoms)
}

// spaced returns count numbers from low to high. If low is -high they are symmetric to the last bit.
func spaced(low, high float64, count int) []float64 {
	if count < 2 || !(low < high) {
		panic("dist: a support needs two atoms or more, from low up to high")
	}
	numbers := make([]float64, count)
	for i := range numbers {
		numbers[i] = (low*float64(count-1-i) + high*float64(i)) / float64(count-1)
	}
	return numbers
}

func newSupport(atoms []float64) Support {
	count := len(atoms)
	fresh := func() *grad.Parameter { return grad.NewParameter(count) }
	s := Support{atoms: fresh(), below: fresh(), above: fresh(), rise: fresh(), fall: fresh()}
	// Beyond each end stands one more neighbour, so that all atoms are treated alike.
	below, last := 2*atoms[0]-atoms[1], 2*atoms[count-1]-atoms[count-2]
	for i, atom := range atoms {
		above := last
		if i+1 < count {
			above = atoms[i+1]
		}
		s.sum += float64(float32(atom))
		s.atoms.Data[i], s.below.Data[i], s.above.Data[i] = float32(atom), float32(below), float32(above)
		s.rise.Data[i], s.fall.Data[i] = float32(1/(atom-below)), float32(1/(above-atom))
		below = atom
	}
	return s
}

// Count is the number of atoms.
func (s Support) Count() int { return len(s.atoms.Data) }

// TwoHot spreads each of values [...] over the two atoms next to it, in proportion to how close they
// are, and gives the weights of all atoms [..., atoms]. Values beyond the ends count as the ends.
func (s Support) TwoHot(values *grad.Value) *grad.Value {
	low, high := float64(s.atoms.Data[0]), float64(s.atoms.Data[s.Count()-1])
	y := values.Clip(low, high).KeepAxis(-1)
	rising := y.Sub(s.below).Mul(s.rise)
	falling := y.Neg().Add(s.above).Mul(s.fall)
	return rising.Min(falling).ReLU()
}

// Project gives the probabilities on the atoms [..., atoms] of a distribution with the given
// probabilities [..., n] on values [..., n]: the projection of C51 (Bellemare et al., 2017, equation
// 7), which keeps the mean as long as all values are within the support.
func (s Support) Project(values, probabilities *grad.Value) *grad.Value {
	return s.TwoHot(values).Mul(probabilities.KeepAxis(-1)).Sum(-2)
}

// Backup gives the probabilities [..., atoms] of reward + discount · z, where z is on these atoms with
// the given probabilities [..., atoms]: the distributional Bellman target. Reward and discount have
// shape [...].
func (s Support) Backup(probabilities, reward, discount *grad.Value) *grad.Value {
	return s.Project(discount.KeepAxis(-1).Mul(s.atoms).Add(reward.KeepAxis(-1)), probabilities)
}

// Mean is the mean [...] of a distribution with the given probabilities [..., atoms]: sum(p b).
//
// It is computed as sum((p - c) b) + c sum(b) where c is the smallest probability. With atoms as far
// apart as those of SymexpSupport the plain sum of equal probabilities would be wrong by tens; this
// one is exactly 0, which is where a network whose last layer is 0 ought to start.
func (s Support) Mean(probabilities *grad.Value) *grad.Value {
	least := probabilities.Neg().Maximum(-1).Neg().Stop()
	spread := probabilities.Sub(least.KeepAxis(-1)).Mul(s.atoms).Sum(-1)
	return spread.Add(least.Mul(grad.Scalar(s.sum)))
}
