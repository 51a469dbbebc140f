package dataset

import (
	"errors"
	"iter"
	"math"
	"slices"
)

// Stats is what is in a dataset.
type Stats struct {
	Totals
	Losses     Losses         `json:"losses"`
	Tasks      []string       `json:"tasks,omitempty"`      // if there are several: those of returns 1 and further
	Objectives []string       `json:"objectives,omitempty"` // likewise
	Returns    []Distribution `json:"returns,omitempty"`    // of whole episodes, one for each reward in a step
	Lengths    Distribution   `json:"lengths"`              // steps of all episodes
	Columns    []Moments      `json:"columns"`              // one for each element of a column
}

// Distribution describes numbers by their quartiles and moments.
type Distribution struct {
	Count         int     `json:"count"`
	Mean          float64 `json:"mean"`
	Std           float64 `json:"std"` // of the population
	Minimum       float64 `json:"minimum"`
	LowerQuartile float64 `json:"lower_quartile"`
	Median        float64 `json:"median"`
	UpperQuartile float64 `json:"upper_quartile"`
	Maximum       float64 `json:"maximum"`
}

// Moments describes the numbers of an element of a column, over all rows that have it.
type Moments struct {
	Name    string  `json:"name"` // COLUMN, or COLUMN[ELEMENT]
	Count   int64   `json:"count"`
	Mean    float64 `json:"mean"`
	Std     float64 `json:"std"` // of the population
	Minimum float64 `json:"minimum"`
	Maximum float64 `json:"maximum"`
	squares float64 // sum of squared deviations
}

// Measure reads episodes of one schema and describes them. What was lost of a log is counted; any other
// error ends it.
func Measure(episodes iter.Seq2[*Episode, error]) (*Stats, error) {
	m := &measurer{stats: &Stats{}}
	for e, err := range episodes {
		if err == nil {
			err = m.add(e)
		} else if m.stats.Losses.Count(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	m.finish()
	return m.stats, nil
}

// measurer measures episodes.
type measurer struct {
	stats   *Stats
	columns *columns
	lengths []float64
	returns [][]float64 // [objective][whole episode]
}

func (m *measurer) add(e *Episode) error {
	if m.columns == nil {
		if err := m.begin(e); err != nil {
			return err
		}
	}
	if err := errors.Join(m.columns.checkSame(e), e.checkSizes()); err != nil {
		return err
	}
	m.stats.Totals.add(e)
	m.lengths = append(m.lengths, float64(e.Steps()))
	if e.Whole() {
		for k, x := range e.Returns() {
			m.returns[k] = append(m.returns[k], x)
		}
	}
	m.addColumns(e)
	return nil
}

func (m *measurer) begin(e *Episode) (err error) {
	if m.columns, err = columnsOf(e.Schema); err != nil {
		return err
	}
	m.stats.Tasks, m.stats.Objectives = e.Schema.Tasks, e.Schema.Objectives
	m.returns = make([][]float64, e.Schema.Layout.Reward)
	for _, v := range m.columns.vectors {
		for j := range v.width {
			m.stats.Columns = append(m.stats.Columns, Moments{Name: v.element(j)})
		}
	}
	return nil
}

// addColumns takes the numbers of an episode in.
func (m *measurer) addColumns(e *Episode) {
	moments := m.stats.Columns
	for k := range m.columns.vectors {
		v := &m.columns.vectors[k]
		rows := e.Rows.Len()
		if v.ofAction {
			rows = e.Steps()
		}
		for i := range rows {
			for j, x := range v.at(e.Rows, i) {
				moments[j].add(float64(x))
			}
		}
		moments = moments[v.width:]
	}
}

// add takes a number in, by Welford's method.
func (m *Moments) add(x float64) {
	if m.Count == 0 {
		m.Minimum, m.Maximum = x, x
	}
	m.Count++
	deviation := x - m.Mean
	m.Mean += deviation / float64(m.Count)
	m.squares += deviation * (x - m.Mean)
	m.Minimum, m.Maximum = min(m.Minimum, x), max(m.Maximum, x)
}

func (m *measurer) finish() {
	m.stats.Lengths = distribution(m.lengths)
	for _, returns := range m.returns {
		m.stats.Returns = append(m.stats.Returns, distribution(returns))
	}
	for i := range m.stats.Columns {
		if column := &m.stats.Columns[i]; column.Count > 0 {
			column.Std = math.Sqrt(column.squares / float64(column.Count))
		}
	}
}

// distribution describes numbers, which it sorts.
func distribution(numbers []float64) Distribution {
	var moments Moments
	for _, x := range numbers {
		moments.add(x)
	}
	slices.Sort(numbers)
	d := Distribution{Count: len(numbers), Mean: moments.Mean, Minimum: moments.Minimum, Maximum: moments.Maximum}
	if d.Count > 0 {
		d.Std = math.Sqrt(moments.squares / float64(d.Count))
		d.LowerQuartile, d.Median, d.UpperQuartile = quantile(numbers, .25), quantile(numbers, .5), quantile(numbers, .75)
	}
	return d
}

// quantile interpolates linearly between the two sorted numbers around it.
func quantile(sorted []float64, q float64) float64 {
	place := q * float64(len(sorted)-1)
	low := int(place)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (place-float64(low))*(sorted[high]-sorted[low])
}
