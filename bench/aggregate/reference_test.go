package aggregate

import (
	"math"
	"strings"
	"testing"
)

func exactly(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// By hand: by the gamer the scores are 0.5, 2 and 4, by the record 0.25, 0.5 and 2.
func TestNormaliseByHand(t *testing.T) {
	of := Normalise([]float64{15, -8, 40}, []Reference{
		{Random: 10, Gamer: 20, Record: 30},
		{Random: -10, Gamer: -9, Record: -6},
		{Random: 0, Gamer: 10, Record: 20},
	})
	exactly(t, "gamer median", of.GamerMedian, 2)
	exactly(t, "gamer mean", of.GamerMean, 6.5/3)
	exactly(t, "record mean", of.RecordMean, 2.75/3)
	exactly(t, "clipped record mean", of.ClippedRecordMean, 1.75/3)
}

// Random actions have 0 everywhere, gamers a gamer's 1, records a clipped 1; the order of tasks and the units of scores
// change nothing.
func TestNormaliseLimits(t *testing.T) {
	references := []Reference{{2, 9, 30}, {-5, 1, 4}, {0, 100, 120}}
	at := func(of func(Reference) float64) Normalised {
		var scores []float64
		for _, r := range references {
			scores = append(scores, of(r))
		}
		return Normalise(scores, references)
	}
	if of := at(func(r Reference) float64 { return r.Random }); of != (Normalised{}) {
		t.Errorf("random actions have %+v", of)
	}
	gamer := at(func(r Reference) float64 { return r.Gamer })
	exactly(t, "gamer median of the gamer", gamer.GamerMedian, 1)
	exactly(t, "gamer mean of the gamer", gamer.GamerMean, 1)
	record := at(func(r Reference) float64 { return r.Record })
	exactly(t, "record mean of the record", record.RecordMean, 1)
	beyond := at(func(r Reference) float64 { return 2*r.Record - r.Random })
	exactly(t, "record mean of twice the record", beyond.RecordMean, 2)
	exactly(t, "clipped record mean of twice the record", beyond.ClippedRecordMean, 1)
}

// The trap of James Bond: a table of reference scores has this game's row shifted, random 7 and gamer 29 in place of 29
// and 302.8. DreamerV2's 33,092 is then 1503.9 gamers in place of 120.8, and as one of 55 games it moves the gamer mean
// by 25, where the published mean of all games is 11.33.
func TestTheShiftedRow(t *testing.T) {
	const score, games = 33092, 55
	right, shifted := Reference{Random: 29, Gamer: 302.8}, Reference{Random: 7, Gamer: 29}
	if by := right.ByGamer(score); math.Abs(by-120.756) > 1e-3 {
		t.Errorf("by the right row the score is %g gamers, want 120.756", by)
	}
	if by := shifted.ByGamer(score); math.Abs(by-1503.864) > 1e-3 {
		t.Errorf("by the shifted row the score is %g gamers, want 1503.864", by)
	}
	if moved := (shifted.ByGamer(score) - right.ByGamer(score)) / games; math.Abs(moved-25.147) > 1e-3 {
		t.Errorf("the shifted row moves the mean of 55 games by %g, want 25.147", moved)
	}
}

func TestReferencesAreChecked(t *testing.T) {
	if err := (Reference{-1, 0, 0.5}).Check(); err != nil {
		t.Error(err)
	}
	for want, r := range map[string]Reference{
		"score of the gamer is 3":     {3, 3, 9},
		"score of the record is 2":    {3, 4, 2},
		"score of the gamer is NaN":   {0, math.NaN(), 2},
		"score of the record is +Inf": {0, 1, math.Inf(1)},
	} {
		if err := r.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: the error is %v, want one that says %q", r, err, want)
		}
	}
}
