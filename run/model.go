package run

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
)

// ActiveNats is the divergence from which on a latent variable counts as active: with less its posterior is
// its prior, and it says nothing of the observations.
const ActiveNats = 0.01

// calibrationBins are the equal parts of [0, 1] into which probabilities are sorted.
const calibrationBins = 10

// ModelReport is how well a run's model of the world predicts episodes that it has not learned from. Episodes are
// cut into segments of as many steps as a dream has, and every segment begins without memory.
type ModelReport struct {
	Episodes int `json:"episodes"`
	Segments int `json:"segments"` // of which something is predicted
	Context  int `json:"context"`  // observations seen of each

	// Errors are those of open-loop prediction, at 1, 2, ... steps behind the context, and Pictures those of the
	// pictures, of a model that predicts them.
	Errors   []HorizonError `json:"errors"`
	Pictures []HorizonError `json:"pictures,omitempty"`
	// Observations are the errors of each observation of numbers, ObservedAhead steps behind the context.
	Observations []ObservationError `json:"observations,omitempty"`
	// Divergences are the mean KL of posterior and prior of each latent variable, in nats, the largest first.
	Divergences []float64 `json:"divergences"`
	Active      int       `json:"active"` // variables of at least ActiveNats

	// Rewards are how predicted and received rewards go together.
	Rewards Rewards `json:"rewards"`
	// Continuation is nil for a model without that head.
	Continuation *Calibration `json:"continuation,omitempty"`
}

// HorizonError is the squared error of predictions so many steps ahead, in units of the variance of each number of
// the observation over all episodes: the mean over the numbers that vary. Of pictures it is the sum of all squared
// errors in units of the sum of all variances. To predict the mean of all observations comes to 1.
type HorizonError struct {
	Steps      int     `json:"steps"`
	Count      int     `json:"count"` // predictions
	Model      float64 `json:"model"`
	RepeatLast float64 `json:"repeat_last"` // of the last observation that was seen
}

// ObservedAhead is how many steps ahead the observations are looked at one by one.
const ObservedAhead = 5

// ObservationError is the sum of squared errors over the numbers of an observation, in units of the sum of their
// variances over all episodes.
type ObservationError struct {
	Name       string  `json:"name"`
	Model      float64 `json:"model"`
	RepeatLast float64 `json:"repeat_last"`
}

// Rewards are Pearson's correlations of predicted and received rewards: at states that are filtered, and open
// loop, all horizons together. They are nil where one of the two does not vary.
type Rewards struct {
	Filtered *float64 `json:"filtered_correlation"`
	OpenLoop *float64 `json:"open_loop_correlation"`
}

// Calibration is how the predicted probability that an episode goes on, at states that are filtered, agrees with
// how often it does.
type Calibration struct {
	Brier float64          `json:"brier"` // mean squared difference of probability and outcome
	Error float64          `json:"error"` // mean distance of a bin's probability from its frequency, by count
	Bins  []CalibrationBin `json:"bins"`  // those that are not empty
}

// CalibrationBin is the steps whose predicted probabilities are neighbours.
type CalibrationBin struct {
	Count     int     `json:"count"`
	Predicted float64 `json:"predicted"` // mean probability
	Observed  float64 `json:"observed"`  // frequency
}

// ExamineModel plays episodes with the deterministic policy and measures how well the model of the run predicts
// them. The error wraps ErrNoModel if there is none.
func (t *Trained) ExamineModel(episodes Episodes) (*ModelReport, error) {
	filtering := agent.Span{Context: dreamSpan(t.Sizes).Steps(), Samples: 1}
	filter, err := t.dreamer(filtering)
	if err != nil {
		return nil, err
	}
	predict, err := t.dreamer(dreamSpan(t.Sizes))
	if err != nil {
		return nil, err
	}
	played, drawing, err := t.play(episodes)
	if err != nil {
		return nil, err
	}
	return examine(played, drawing.specs, dreamSpan(t.Sizes), filter, predict)
}

// examination is segments of episodes, what a model makes of them when it sees all, and what it predicts when it
// sees their context alone.
type examination struct {
	span                agent.Span
	segments            []*episode
	filtered, predicted []agent.Dream
}

// examine measures a model on episodes with these observations.
func examine(episodes []*episode, specs []env.Spec, span agent.Span, filter, predict agent.Dreamer) (*ModelReport, error) {
	x := examination{span: span}
	for _, e := range episodes {
		for begin := 0; begin+span.Context < len(e.Observations); begin += span.Steps() {
			if err := x.add(e.part(begin, begin+span.Steps()), filter, predict); err != nil {
				return nil, err
			}
		}
	}
	if len(x.segments) == 0 {
		return nil, fmt.Errorf("no episode is longer than the %d observations that a prediction begins with: there is nothing to measure", span.Context)
	}
	variances := varianceOf(episodes)
	report := &ModelReport{
		Episodes: len(episodes), Segments: len(x.segments), Context: span.Context,
		Errors: x.numberErrors(variances), Observations: x.observationErrors(specs, variances), Pictures: x.pictureErrors(pictureVariance(episodes)), Divergences: x.divergences(), Rewards: x.rewards(), Continuation: x.calibration(),
	}
	for _, nats := range report.Divergences {
		if nats >= ActiveNats {
			report.Active++
		}
	}
	return report, nil
}

func (x *examination) add(segment *episode, filter, predict agent.Dreamer) error {
	filtered, one := filter(segment.Segment)
	predicted, other := predict(segment.Segment)
	if err := errors.Join(one, other); err != nil {
		return err
	}
	for _, dream := range []agent.Dream{filtered, predicted} {
		for _, x := range slices.Concat(append(slices.Concat(dream.Observations, dream.Divergences), dream.Rewards)...) {
			if x-x != 0 {
				return fmt.Errorf("the model predicts %v: there is nothing to measure", x)
			}
		}
	}
	x.segments = append(x.segments, segment)
	x.filtered, x.predicted = append(x.filtered, filtered), append(x.predicted, predicted)
	return nil
}

// varianceOf is the variance of each number of the observation over all steps, with n in the denominator.
func varianceOf(episodes []*episode) []float64 {
	var variances []float64
	for i := range episodes[0].Observations[0] {
		var all []float64
		for _, e := range episodes {
			all = append(all, column(e.Observations, i)...)
		}
		variances = append(variances, stat.PopVariance(all, nil))
	}
	return variances
}

// numberErrors are the errors of numbers, none if there are no numbers.
func (x *examination) numberErrors(variances []float64) []HorizonError {
	if len(variances) == 0 {
		return nil
	}
	return x.errors(func(i, step int) float64 {
		return normalisedError(x.predicted[i].Observations[step], x.segments[i].Observations[step], variances)
	}, func(i, last, step int) float64 {
		return normalisedError(x.segments[i].Observations[last], x.segments[i].Observations[step], variances)
	})
}

// observationErrors are those of each observation of numbers that varies.
func (x *examination) observationErrors(specs []env.Spec, variances []float64) []ObservationError {
	var all []ObservationError
	begin := 0
	for _, spec := range specs {
		if spec.Kind != env.Float64 {
			continue
		}
		end := begin + spec.Size()
		all = append(all, x.observationError(spec.Name, begin, end, floats.Sum(variances[begin:end]))...)
		begin = end
	}
	return all
}

// observationError is that of the numbers from begin to end, whose variances have this sum; none if they do not vary.
func (x *examination) observationError(name string, begin, end int, variance float64) []ObservationError {
	last := x.span.Context - 1
	e, count := ObservationError{Name: name}, 0.0
	for i, segment := range x.segments {
		if last+ObservedAhead >= len(segment.Observations) {
			continue
		}
		seen := segment.Observations[last+ObservedAhead][begin:end]
		e.Model += squaredDistance(x.predicted[i].Observations[last+ObservedAhead][begin:end], seen)
		e.RepeatLast += squaredDistance(segment.Observations[last][begin:end], seen)
		count++
	}
	if count == 0 || variance == 0 {
		return nil
	}
	e.Model, e.RepeatLast = e.Model/count/variance, e.RepeatLast/count/variance
	return []ObservationError{e}
}

// pictureErrors are the errors of pictures, in units of the sum of the variances of all bytes.
func (x *examination) pictureErrors(variance float64) []HorizonError {
	if x.predicted[0].Pictures == nil || variance == 0 {
		return nil
	}
	return x.errors(func(i, step int) float64 {
		return squaredDistance(x.predicted[i].Pictures[step], x.segments[i].Pictures[step]) / variance
	}, func(i, last, step int) float64 {
		return squaredDistance(x.segments[i].Pictures[last], x.segments[i].Pictures[step]) / variance
	})
}

// errors are the means at each distance behind the context: model is that of segment i at a step, and repeated that
// of the last step seen instead.
func (x *examination) errors(model func(i, step int) float64, repeated func(i, last, step int) float64) []HorizonError {
	var all []HorizonError
	last := x.span.Context - 1
	for ahead := 1; ahead <= x.span.Horizon; ahead++ {
		e := HorizonError{Steps: ahead}
		for i, segment := range x.segments {
			if last+ahead < len(segment.Observations) {
				e.Model += model(i, last+ahead)
				e.RepeatLast += repeated(i, last, last+ahead)
				e.Count++
			}
		}
		if e.Count == 0 {
			break
		}
		e.Model, e.RepeatLast = e.Model/float64(e.Count), e.RepeatLast/float64(e.Count)
		all = append(all, e)
	}
	return all
}

// pictureVariance is the sum of the variances of all bytes of the pictures over all steps.
func pictureVariance(episodes []*episode) float64 {
	var sums, squares []float64
	steps, variance := 0.0, 0.0
	for _, e := range episodes {
		for _, picture := range e.Pictures {
			if sums == nil {
				sums, squares = make([]float64, len(picture)), make([]float64, len(picture))
			}
			for i, x := range picture {
				sums[i] += float64(x)
				squares[i] += float64(x) * float64(x)
			}
			steps++
		}
	}
	for i, sum := range sums {
		variance += squares[i]/steps - sum/steps*sum/steps
	}
	return variance
}

// squaredDistance is the sum of the squared differences of two rows or pictures.
func squaredDistance[E byte | float32](a, b []E) float64 {
	sum := 0.0
	for i := range a {
		difference := float64(a[i]) - float64(b[i])
		sum += difference * difference
	}
	return sum
}

// normalisedError is the mean of squared differences in units of the variances, over numbers that have one.
func normalisedError(predicted, seen []float32, variances []float64) float64 {
	sum, count := 0.0, 0
	for i, variance := range variances {
		if variance > 0 {
			difference := float64(predicted[i]) - float64(seen[i])
			sum += difference * difference / variance
			count++
		}
	}
	return sum / math.Max(float64(count), 1)
}

// divergences are the means of the latent variables over all filtered steps, the largest first.
func (x *examination) divergences() []float64 {
	var sums []float64
	count := 0
	for _, dream := range x.filtered {
		for _, row := range dream.Divergences {
			if sums == nil {
				sums = make([]float64, len(row))
			}
			for i, nats := range row {
				sums[i] += float64(nats)
			}
			count++
		}
	}
	for i := range sums {
		sums[i] /= float64(count)
	}
	slices.Sort(sums)
	slices.Reverse(sums)
	return sums
}

// rewards compares rewards, but for those at the beginnings of segments: the model does not know what led there.
func (x *examination) rewards() Rewards {
	var received, filtered, late, predicted []float64
	for i, segment := range x.segments {
		rewards := widened(segment.rewards)
		received = append(received, rewards[1:]...)
		filtered = append(filtered, widened(x.filtered[i].Rewards[1:])...)
		late = append(late, rewards[x.span.Context:]...)
		predicted = append(predicted, widened(x.predicted[i].Rewards[x.span.Context:])...)
	}
	return Rewards{Filtered: correlation(filtered, received), OpenLoop: correlation(predicted, late)}
}

// correlation is Pearson's, or nil if one of the two does not vary.
func correlation(a, b []float64) *float64 {
	r := stat.Correlation(a, b, nil)
	if math.IsNaN(r) || math.IsInf(r, 0) {
		return nil
	}
	return &r
}

// calibration is that of the filtered steps but the first of each segment, or nil without a continuation head.
func (x *examination) calibration() *Calibration {
	var probabilities, outcomes []float64
	for i, segment := range x.segments {
		if x.filtered[i].Continuations == nil {
			return nil
		}
		probabilities = append(probabilities, widened(x.filtered[i].Continuations[1:])...)
		outcomes = append(outcomes, widened(segment.discounts[1:])...)
	}
	return calibrate(probabilities, outcomes)
}

// calibrate compares probabilities with outcomes in [0, 1].
func calibrate(probabilities, outcomes []float64) *Calibration {
	bins := make([]CalibrationBin, calibrationBins)
	c := &Calibration{}
	total := float64(len(probabilities))
	for i, p := range probabilities {
		bin := &bins[min(int(p*calibrationBins), calibrationBins-1)]
		bin.Count++
		bin.Predicted += p
		bin.Observed += outcomes[i]
		c.Brier += (p - outcomes[i]) * (p - outcomes[i]) / total
	}
	for _, bin := range bins {
		if bin.Count == 0 {
			continue
		}
		count := float64(bin.Count)
		bin.Predicted, bin.Observed = bin.Predicted/count, bin.Observed/count
		c.Error += math.Abs(bin.Predicted-bin.Observed) * count / total
		c.Bins = append(c.Bins, bin)
	}
	return c
}
