// Package dist holds probability distributions over values of a program. They are plain structs of
// the values that a network puts out, and share their methods' meanings:
//
//   - LogProb and Entropy are summed over the last axis of what one sample is: the elements of a
//     Gaussian, the classes of a categorical variable, the groups of a MultiCategorical.
//   - KL(other) is that of each element or variable, not summed, so that trust regions and free nats
//     can be applied to each.
//   - Sample turns noise into a sample that gradients flow through: reparameterised where the
//     distribution is continuous, straight through where it is discrete. The noise is standard normal
//     for Gaussian and TanhGaussian, both kinds for a mixture, and uniform on (0, 1) for all others:
//     grad.Tracer draws them.
//   - Noise recovers noise that makes a given sample. Many values of it give the same discrete sample;
//     then fresh noise says which one.
//   - Stop is the same distribution with no gradient flowing back to it.
//
// What a distribution has no formula for is not there: a TanhGaussian has no Entropy, for instance, and
// one averages the log-probability of samples instead.
package dist
