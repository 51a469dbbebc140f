package literal

import (
	"math"

	"github.com/reverie-rl/reverie/algo/internal/critic"
)

// Atoms are count numbers at equal distances from low to high.
type Atoms []float64

// Spaced returns count atoms from low to high.
func Spaced(low, high float64, count int) Atoms {
	atoms := make(Atoms, count)
	for i := range atoms {
		atoms[i] = low + (high-low)*float64(i)/float64(count-1)
	}
	return atoms
}

// Mean is the mean of a distribution over the atoms.
func (a Atoms) Mean(probabilities []float64) float64 {
	sum := 0.0
	for i, p := range probabilities {
		sum += p * a[i]
	}
	return sum
}

// Backup is the distribution of reward + discount · z on the atoms, where z is distributed on them with
// the given probabilities: each number is shared by the two atoms next to it (algorithm 1 of Bellemare
// et al., 2017).
func (a Atoms) Backup(probabilities []float64, reward, discount float64) []float64 {
	projected, last := make([]float64, len(a)), len(a)-1
	for i, p := range probabilities {
		value := min(max(reward+discount*a[i], a[0]), a[last])
		place := (value - a[0]) / (a[1] - a[0])
		below := min(int(math.Floor(place)), last-1)
		share := place - float64(below)
		projected[below] += p * (1 - share)
		projected[below+1] += p * share
	}
	return projected
}

// Returns is the distribution that a critic gives to the return of an action.
func Returns(c critic.Distributional, observation, action []float64) []float64 {
	return Softmax(Head(c.Network, observation, action))
}

// CrossEntropy is - Σ p log q.
func CrossEntropy(p, q []float64) float64 {
	sum := 0.0
	for i := range p {
		sum -= p[i] * math.Log(q[i])
	}
	return sum
}
