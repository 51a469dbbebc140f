package realworld

import (
	"math"

	"github.com/reverie-rl/reverie/internal/rng"
)

// The schedulers tell how a parameter changes from one period to the next, where δ is drawn from N(0, deviation²).
// Whatever comes out is clipped to [minimum, maximum].
const (
	Constant       = "constant"    // the start
	RandomWalk     = "random_walk" // + δ
	DriftPositive  = "drift_pos"   // + |δ|
	DriftNegative  = "drift_neg"   // - |δ|
	CyclicPositive = "cyclic_pos"  // + |δ|, and back to the start from the maximum
	CyclicNegative = "cyclic_neg"  // - |δ|, and back to the start from the minimum
	Uniform        = "uniform"     // drawn from [minimum, maximum)
	SawWave        = "saw_wave"    // sign·|δ|, where the sign changes at each bound; corrected: + sign·|δ|
)

// Schedulers lists the names of all schedulers.
func Schedulers() []string {
	return []string{Constant, CyclicNegative, CyclicPositive, DriftNegative, DriftPositive, RandomWalk, SawWave, Uniform}
}

// schedule is a parameter that changes.
type schedule struct {
	scheduler                          string
	start, minimum, maximum, deviation float64
	corrected                          bool // saw_wave adds, where the original assigns

	key   rng.Key
	value float64
	sign  float64 // of saw_wave
}

// advance draws the value of the next period.
func (s *schedule) advance() {
	var normal, uniform [1]float64
	rng.Normal(normal[:], s.key, 0)
	rng.Uniform(uniform[:], s.key, 4) // other words of the generator than the normal took
	s.key.Step++
	delta := s.deviation * normal[0]
	s.value = min(max(s.next(delta, uniform[0]), s.minimum), s.maximum)
}

// next is the value of the next period before it is clipped. Uniform is drawn from [0, 1).
func (s *schedule) next(delta, uniform float64) float64 {
	switch s.scheduler {
	case RandomWalk:
		return s.value + delta
	case DriftPositive:
		return s.value + math.Abs(delta)
	case DriftNegative:
		return s.value - math.Abs(delta)
	case CyclicPositive:
		if up := s.value + math.Abs(delta); up < s.maximum {
			return up
		}
	case CyclicNegative:
		if down := s.value - math.Abs(delta); down > s.minimum {
			return down
		}
	case Uniform:
		return s.minimum + (s.maximum-s.minimum)*uniform
	case SawWave:
		return s.saw(math.Abs(delta))
	}
	return s.start
}

// saw is the next value of saw_wave.
func (s *schedule) saw(step float64) float64 {
	value := s.sign * step
	if s.corrected {
		value += s.value
	}
	if value >= s.maximum || value <= s.minimum {
		s.sign = -s.sign
	}
	return value
}
