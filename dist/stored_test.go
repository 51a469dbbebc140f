package dist_test

import (
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

// flat joins the elements of values.
func flat(values ...*grad.Value) *grad.Value {
	var joined *grad.Value
	for _, v := range values {
		v = v.Reshape(v.Shape().Size())
		if joined != nil {
			v = joined.Concat(0, v)
		}
		joined = v
	}
	return joined
}

// Every distribution agrees with PyTorch in its numbers, their gradients and ten steps of training.
func TestDistributionsAgreeWithStoredNumbers(t *testing.T) {
	type parameters = map[string][]int
	type values = map[string]*grad.Value
	gaussian := func(v values) dist.Gaussian { return dist.Gaussian{Mean: v["mean"], Deviation: v["deviation"]} }
	for name, block := range map[string]struct {
		parameters parameters
		apply      func(v values) *grad.Value
	}{
		"gaussian": {parameters{"mean": {2, 3}, "deviation": {2, 3}, "other_mean": {2, 3}, "other_deviation": {2, 3}}, func(v values) *grad.Value {
			g, other := gaussian(v), dist.Gaussian{Mean: v["other_mean"], Deviation: v["other_deviation"]}
			return flat(g.LogProb(v["x"]), g.Entropy(), g.KL(other))
		}},
		"tanh_gaussian": {parameters{"mean": {2, 3}, "deviation": {2, 3}}, func(v values) *grad.Value {
			g := dist.TanhGaussian{Base: gaussian(v)}
			sample, logProb := g.SampleWithLogProb(v["noise"])
			return flat(g.LogProb(v["x"]), logProb, sample)
		}},
		"categorical": {parameters{"logits": {2, 3}, "other": {2, 3}}, func(v values) *grad.Value {
			c, other := dist.Categorical{Logits: v["logits"]}, dist.Categorical{Logits: v["other"]}
			return flat(c.LogProb(v["x"]), c.Entropy(), c.KL(other), c.Unimix(0.1).KL(other))
		}},
		"multi_categorical": {parameters{"logits": {2, 2, 3}, "other": {2, 2, 3}}, func(v values) *grad.Value {
			m := dist.MultiCategorical{Categorical: dist.Categorical{Logits: v["logits"]}}
			other := dist.MultiCategorical{Categorical: dist.Categorical{Logits: v["other"]}}
			return flat(m.LogProb(v["x"]), m.Entropy(), m.KL(other))
		}},
		"truncated_gaussian": {parameters{"mean": {2, 3}, "deviation": {2, 3}}, func(v values) *grad.Value {
			g := dist.TruncatedGaussian(gaussian(v))
			return flat(g.LogProb(v["x"]), g.Sample(v["noise"]))
		}},
		"heads": {parameters{"mean": {2, 3}, "deviation": {2, 3}}, func(v values) *grad.Value {
			wide, bounded := dist.DreamerTanhGaussian(v["mean"], v["deviation"]).Base, dist.BoundedGaussian(v["mean"], v["deviation"], 0.1, 1)
			return flat(wide.Sample(v["noise"]), wide.Entropy(), bounded.Sample(v["noise"]), bounded.Entropy())
		}},
		"bernoulli": {parameters{"logits": {2, 3}, "other": {2, 3}}, func(v values) *grad.Value {
			b := dist.Bernoulli{Logits: v["logits"]}
			return flat(b.LogProb(v["x"]), b.Entropy(), b.KL(dist.Bernoulli{Logits: v["other"]}))
		}},
		"mixture": {parameters{"logits": {2, 2}, "mean": {2, 2, 3}, "deviation": {2, 2, 3}}, func(v values) *grad.Value {
			m := dist.MixtureOfGaussians{Logits: v["logits"], Components: gaussian(v)}
			return flat(m.LogProb(v["x"]), m.Mean())
		}},
		"value_distribution": {parameters{"logits": {2, 5}}, func(v values) *grad.Value {
			d := dist.ValueDistribution{Support: dist.LinearSupport(-2, 2, 5), Logits: v["logits"]}
			return flat(d.LogProb(v["x"]), d.Mean(), d.Backup(v["reward"], v["discount"]))
		}},
		"quantiles": {parameters{"values": {2, 4}}, func(v values) *grad.Value {
			q := dist.Quantiles{Values: v["values"]}
			return flat(q.Loss(v["targets"], 0.5), q.Mean())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var tree grad.Tree
			for name, shape := range block.parameters {
				tree = append(tree, grad.Named{Name: name, Parameter: grad.NewParameter(shape...)})
			}
			gradtest.Stored(t, "testdata/stored.json", name, tree, block.apply)
		})
	}
}
