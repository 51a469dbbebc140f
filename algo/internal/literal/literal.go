// Package literal is the networks of the algorithms once more, for their tests: in float64, one number
// at a time, as the papers write them.
package literal

import (
	"math"

	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/nn"
)

// Linear is an affine map of x.
func Linear(l nn.Linear, x []float64) []float64 {
	y := make([]float64, len(l.Bias.Data))
	for j := range y {
		y[j] = float64(l.Bias.Data[j])
		for i := range x {
			y[j] += x[i] * float64(l.Weight.At(i, j))
		}
	}
	return y
}

func layerNorm(l nn.LayerNorm, x []float64) []float64 {
	mean, variance := Mean(x), 0.0
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = (v-mean)/math.Sqrt(variance+1e-5)*float64(l.Scale.Data[i]) + float64(l.Offset.Data[i])
	}
	return y
}

// Torso maps x through normalisation, tanh and ELU.
func Torso(n nn.Torso, x []float64) []float64 {
	x = layerNorm(n.Norm, Linear(n.First, x))
	for i, v := range x {
		x[i] = math.Tanh(v)
	}
	for _, layer := range n.Hidden {
		x = Linear(layer, x)
		for i, v := range x {
			if v < 0 {
				x[i] = math.Expm1(v)
			}
		}
	}
	return x
}

// Gaussian is a distribution with independent elements.
type Gaussian struct{ Mean, Deviation []float64 }

// LogProb is the log-density of x.
func (g Gaussian) LogProb(x []float64) float64 {
	sum := 0.0
	for i := range x {
		z := (x[i] - g.Mean[i]) / g.Deviation[i]
		sum -= z*z/2 + math.Log(g.Deviation[i]) + math.Log(2*math.Pi)/2
	}
	return sum
}

// Sample is the sample that noise makes.
func (g Gaussian) Sample(noise []float64) []float64 {
	x := make([]float64, len(noise))
	for i := range x {
		x[i] = g.Mean[i] + g.Deviation[i]*noise[i]
	}
	return x
}

// Head is what a critic's network puts out for an action, clipped to the bounds of the task.
func Head(network critic.Network, observation, action []float64) []float64 {
	pair := append([]float64{}, observation...)
	for _, x := range action {
		pair = append(pair, min(max(x, -1), 1))
	}
	return Linear(network.Head, Torso(network.Torso, pair))
}

// Values are those that each network of a critic gives to an action.
func Values(c critic.Critic, observation, action []float64) []float64 {
	var values []float64
	for _, network := range c.Networks {
		values = append(values, Head(network, observation, action)[0])
	}
	return values
}

// Smallest is the least of Values.
func Smallest(c critic.Critic, observation, action []float64) float64 {
	smallest := math.Inf(1)
	for _, value := range Values(c, observation, action) {
		smallest = min(smallest, value)
	}
	return smallest
}

// Softmax is the distribution with probabilities in proportion to exp(x).
func Softmax(x []float64) []float64 {
	largest, sum := math.Inf(-1), 0.0
	for _, v := range x {
		largest = max(largest, v)
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Exp(v - largest)
		sum += y[i]
	}
	for i := range y {
		y[i] /= sum
	}
	return y
}

// Row is row i of a slab with rows of the given width.
func Row(slab []float32, width, i int) []float64 {
	var r []float64
	for _, x := range slab[i*width : (i+1)*width] {
		r = append(r, float64(x))
	}
	return r
}

// Mean is the mean of x.
func Mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// Noise is the standard normal numbers that a traced update draws.
func Noise(count int, seed, stream uint64, step int64) []float32 {
	noise := make([]float32, count)
	rng.Normal(noise, rng.Key{Seed: seed, Stream: stream, Step: uint64(step)}, 0)
	return noise
}
