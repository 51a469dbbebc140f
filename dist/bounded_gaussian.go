package dist

import "github.com/reverie-rl/reverie/grad"

// BoundedGaussian is the policy head of DreamerV3 (Hafner et al., 2023) for raw outputs of a network,
// both of shape [..., size]: the mean is tanh(mean), and the deviation low + (high - low)
// sigmoid(deviation + 2) starts near high. The paper takes low 0.1 and high 1. Its samples may leave
// [-1, 1].
func BoundedGaussian(mean, deviation *grad.Value, low, high float64) Gaussian {
	share := deviation.Add(grad.Scalar(2)).Sigmoid()
	return Gaussian{Mean: mean.Tanh(), Deviation: share.Mul(grad.Scalar(high - low)).Add(grad.Scalar(low))}
}
