package nn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/nn"
)

func source() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.6g, want %.6g", what, got, want)
	}
}

// moments returns the mean, the variance and the largest size of numbers.
func moments[T grad.Float](numbers []T) (mean, variance, largest float64) {
	for _, x := range numbers {
		mean += float64(x) / float64(len(numbers))
		largest = max(largest, math.Abs(float64(x)))
	}
	for _, x := range numbers {
		variance += (float64(x) - mean) * (float64(x) - mean) / float64(len(numbers))
	}
	return mean, variance, largest
}

func TestUniformFanOut(t *testing.T) {
	layer := nn.NewLinear(1000, 50, nn.UniformFanOut(0.5), source())
	mean, variance, largest := moments(layer.Weight.Data)
	bound := math.Sqrt(3 * 0.5 / 50)
	near(t, "mean", mean, 0, 0.01*bound)
	near(t, "variance", variance, 0.5/50, 0.02*0.5/50)
	if largest > bound || largest < 0.999*bound {
		t.Errorf("the largest weight is %g, want just within %g", largest, bound)
	}
}

func TestNormalFanIn(t *testing.T) {
	layer := nn.NewLinear(50, 1000, nn.NormalFanIn(0.5), source())
	mean, variance, largest := moments(layer.Weight.Data)
	near(t, "mean", mean, 0, 0.001)
	near(t, "variance", variance, 0.5/50, 0.02*0.5/50)
	if deviations := largest / math.Sqrt(0.5/50); deviations < 3 || deviations > 6 {
		t.Errorf("the largest weight is %g deviations away", deviations)
	}
	if bias, _, size := moments(layer.Bias.Data); bias != 0 || size != 0 {
		t.Errorf("the bias does not start at 0")
	}
}

func TestInitialisersDependOnTheSourceAlone(t *testing.T) {
	first, again := nn.NewMLP([]int{3, 4, 2}, source()), nn.NewMLP([]int{3, 4, 2}, source())
	other := nn.NewMLP([]int{3, 4, 2}, rand.New(rand.NewPCG(2, 2)))
	for i := range first.Layers {
		if !slices.Equal(first.Layers[i].Weight.Data, again.Layers[i].Weight.Data) {
			t.Errorf("layer %d differs though the source is the same", i)
		}
		if slices.Equal(first.Layers[i].Weight.Data, other.Layers[i].Weight.Data) {
			t.Errorf("layer %d is the same though the source differs", i)
		}
	}
}

// evaluate runs a network on random rows of the given shape, of which the second half is large.
func evaluate(t *testing.T, apply func(x *grad.Value) *grad.Value, shape ...int) (result []float64, resultShape []int) {
	t.Helper()
	program, err := grad.Trace(func(t *grad.Tracer) {
		y := apply(t.Input("x", shape...))
		resultShape = y.Shape()
		t.Output("y", y)
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	random, x := source(), executable.Input("x")
	for i := range x {
		x[i] = 3 + random.NormFloat64()
		if i >= len(x)/2 {
			x[i] *= 1e4
		}
	}
	executable.Run()
	return executable.Output("y"), resultShape
}

func TestLayerNormStatistics(t *testing.T) {
	norm := nn.NewLayerNorm(200)
	y, _ := evaluate(t, norm.Apply, 4, 200)
	for row := range 4 {
		mean, variance, _ := moments(y[row*200 : (row+1)*200])
		near(t, "mean", mean, 0, 1e-9)
		near(t, "variance", variance, 1, 1e-4)
	}
	norm.Scale.Filled(2)
	norm.Offset.Filled(-1)
	y, _ = evaluate(t, norm.Apply, 4, 200)
	mean, variance, _ := moments(y)
	near(t, "shifted mean", mean, -1, 1e-9)
	near(t, "scaled variance", variance, 4, 1e-3)
}

func names(network any) []string {
	var list []string
	for _, named := range grad.TreeOf(network) {
		list = append(list, named.Name)
	}
	return list
}

func TestTorso(t *testing.T) {
	torso := nn.NewTorso(7, []int{16, 8, 5}, source())
	want := []string{
		"first/weight", "first/bias", "norm/scale", "norm/offset",
		"hidden/0/weight", "hidden/0/bias", "hidden/1/weight", "hidden/1/bias",
	}
	if got := names(torso); !slices.Equal(got, want) {
		t.Errorf("the parameters are %v, want %v", got, want)
	}
	if size := grad.TreeOf(torso).Size(); size != 7*16+16+16+16+16*8+8+8*5+5 {
		t.Errorf("the torso has %d parameters", size)
	}
	if _, shape := evaluate(t, torso.Apply, 2, 3, 7); !slices.Equal(shape, []int{2, 3, 5}) {
		t.Errorf("the result has shape %v", shape)
	}
	shallow, _ := evaluate(t, nn.NewTorso(7, []int{16}, source()).Apply, 4, 7)
	if _, _, largest := moments(shallow); largest > 1 {
		t.Errorf("the first layer reaches %g, beyond tanh", largest)
	}
}

// The last layer of an MLP is linear: with large negative inputs it goes below -1, where ELU ends.
func TestMLP(t *testing.T) {
	network := nn.NewMLP([]int{3, 8, 2}, source())
	if got, want := names(network), []string{"layers/0/weight", "layers/0/bias", "layers/1/weight", "layers/1/bias"}; !slices.Equal(got, want) {
		t.Errorf("the parameters are %v, want %v", got, want)
	}
	y, shape := evaluate(t, network.Apply, 10, 3)
	if !slices.Equal(shape, []int{10, 2}) || slices.Min(y) > -1.5 {
		t.Errorf("the result has shape %v and minimum %g", shape, slices.Min(y))
	}
}

// Through a hidden layer ELU acts: with weights of 1 and biases of 0 the result is elu(x).
func TestMLPByHand(t *testing.T) {
	network := nn.NewMLP([]int{1, 1, 1}, source())
	for _, layer := range network.Layers {
		layer.Weight.Filled(1)
	}
	network.Layers[0].Bias.Filled(-4)
	network.Layers[1].Bias.Filled(10)
	y, _ := evaluate(t, func(x *grad.Value) *grad.Value { return network.Apply(x.Mul(grad.Scalar(0)).Add(grad.Scalar(2))) }, 1, 1)
	near(t, "elu(2-4) + 10", y[0], math.Expm1(-2)+10, 1e-12)
}

func TestGradientsThroughNetworks(t *testing.T) {
	torso := nn.NewTorso(4, []int{6, 5}, source())
	gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return torso.Apply(in[0]) }, []int{3, 4})
	mlp := nn.NewMLP([]int{4, 6, 2}, source())
	gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return mlp.Apply(in[0]) }, []int{2, 3, 4})
}
