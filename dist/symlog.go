package dist

import "github.com/reverie-rl/reverie/grad"

// Symlog is sign(x) log(1 + |x|), which brings numbers of any size near 0 (Hafner et al., 2023).
func Symlog(x *grad.Value) *grad.Value {
	sign := signOrOne(x)
	return x.Mul(sign).Add(grad.Scalar(1)).Log().Mul(sign)
}

// Symexp is sign(x) (exp(|x|) - 1), the inverse of Symlog.
func Symexp(x *grad.Value) *grad.Value {
	sign := signOrOne(x)
	return x.Mul(sign).Exp().Sub(grad.Scalar(1)).Mul(sign)
}

// signOrOne is -1 where x < 0 and 1 elsewhere: a sign of 0 at 0 would make the gradients of Symlog
// and Symexp 0 there, where they are 1.
func signOrOne(x *grad.Value) *grad.Value {
	return x.Neg().Greater(grad.Scalar(0)).Mul(grad.Scalar(-2)).Add(grad.Scalar(1))
}
