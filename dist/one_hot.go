package dist

import "github.com/reverie-rl/reverie/grad"

// oneHotMaximum is 1 at the largest element along the last axis, the first of them if there are
// several, and 0 elsewhere. It has no gradient.
func oneHotMaximum(x *grad.Value) *grad.Value {
	return x.ArgMax(-1).OneHot(x.Shape()[len(x.Shape())-1])
}
