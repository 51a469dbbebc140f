package aggregate

import (
	"fmt"
	"math"
)

// Reference is the scores that those of one task are measured by.
type Reference struct {
	Random float64 `toml:"random"` // of random actions
	Gamer  float64 `toml:"gamer"`  // of somebody who plays well
	Record float64 `toml:"record"` // the best that is known
}

// Check returns an error unless gamer and record are finite and above random.
func (r Reference) Check() error {
	for name, score := range map[string]float64{"gamer": r.Gamer, "record": r.Record} {
		if !(score > r.Random) || math.IsInf(score, 0) || math.IsInf(r.Random, 0) {
			return fmt.Errorf("the score of the %s is %g, must be above that of random actions, %g", name, score, r.Random)
		}
	}
	return nil
}

// ByGamer is where a score lies between that of random actions, 0, and the gamer's, 1.
func (r Reference) ByGamer(score float64) float64 { return (score - r.Random) / (r.Gamer - r.Random) }

// ByRecord is where a score lies between that of random actions, 0, and the record, 1.
func (r Reference) ByRecord(score float64) float64 { return (score - r.Random) / (r.Record - r.Random) }

// Normalised is the four numbers by which the scores of an agent on several tasks are summed up (Hafner et al., 2021,
// arXiv 2010.02193, section 3). The median by the gamer overlooks hard tasks, and means without a bound are those of a few
// easy ones: the paper recommends the clipped mean by the record.
type Normalised struct {
	GamerMedian, GamerMean        float64
	RecordMean, ClippedRecordMean float64
}

// Normalise sums up the scores of several tasks, one of each, with a reference of each task.
func Normalise(scores []float64, references []Reference) Normalised {
	var gamer, record, clipped []float64
	for i, score := range scores {
		r := references[i]
		gamer, record = append(gamer, r.ByGamer(score)), append(record, r.ByRecord(score))
		clipped = append(clipped, min(r.ByRecord(score), 1))
	}
	return Normalised{Median(gamer), Mean(gamer), Mean(record), Mean(clipped)}
}
