package wrap

import "github.com/reverie-rl/reverie/env"

// relabellerOf returns what l wraps, if that is a Relabeller and the steps of l have its rewards: a Change may say that they do not. A
// reward that is a sum over several steps does not follow from where the last one led.
func relabellerOf(l layer) (relabeller env.Relabeller, ok bool) {
	if changer, ok := l.(interface{ changesRewards() bool }); ok && changer.changesRewards() || l.Repeat() != Repeat(l.wrapped()) {
		return nil, false
	}
	relabeller, ok = l.wrapped().(env.Relabeller)
	return relabeller, ok
}

// multiRelabellerOf is relabellerOf for several tasks.
func multiRelabellerOf(l layer) (env.MultiRelabeller, bool) {
	r, relabels := relabellerOf(l)
	all, ok := r.(env.MultiRelabeller)
	return all, ok && relabels
}

// offerRelabelling is offer for a wrapper that is a Relabeller.
func offerRelabelling(l layer, r env.Relabeller, s saver, renderer env.Renderer, p pacer) env.Environment {
	switch saves, draws, timed := s.inner != nil, renderer != nil, p.inner != nil; {
	case saves && draws && timed:
		return struct {
			layer
			env.Relabeller
			saver
			env.Renderer
			pacer
		}{l, r, s, renderer, p}
	case saves && draws:
		return struct {
			layer
			env.Relabeller
			saver
			env.Renderer
		}{l, r, s, renderer}
	case saves && timed:
		return struct {
			layer
			env.Relabeller
			saver
			pacer
		}{l, r, s, p}
	case draws && timed:
		return struct {
			layer
			env.Relabeller
			env.Renderer
			pacer
		}{l, r, renderer, p}
	case saves:
		return struct {
			layer
			env.Relabeller
			saver
		}{l, r, s}
	case draws:
		return struct {
			layer
			env.Relabeller
			env.Renderer
		}{l, r, renderer}
	case timed:
		return struct {
			layer
			env.Relabeller
			pacer
		}{l, r, p}
	}
	return struct {
		layer
		env.Relabeller
	}{l, r}
}
