package replay

import "fmt"

// Rows are consecutive rows of experience, one slab of memory for each column. The package's
// documentation tells what a row holds.
type Rows struct {
	Observation, Action, Reward []float32 // [rows, width]
	LogProbability, Discount    []float32 // [rows]
	Step                        []int64   // [rows]: position in the episode, 0 at its start
	Version                     []uint64  // [rows]
	Image                       []byte    // [rows, bytes]
	State                       []float32 // [rows, width]
}

// NewRows returns cleared memory for a number of rows.
func NewRows(layout Layout, rows int) *Rows {
	return &Rows{
		Observation:    make([]float32, rows*layout.Observation),
		Action:         make([]float32, rows*layout.Action),
		Reward:         make([]float32, rows*layout.Reward),
		LogProbability: make([]float32, rows),
		Discount:       make([]float32, rows),
		Step:           make([]int64, rows),
		Version:        make([]uint64, rows),
		Image:          make([]byte, rows*layout.Image),
		State:          make([]float32, rows*layout.State),
	}
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.Step) }

// Slice returns the rows [begin, end). They share the memory of r.
func (r *Rows) Slice(layout Layout, begin, end int) *Rows {
	return &Rows{
		Observation:    r.Observation[begin*layout.Observation : end*layout.Observation],
		Action:         r.Action[begin*layout.Action : end*layout.Action],
		Reward:         r.Reward[begin*layout.Reward : end*layout.Reward],
		LogProbability: r.LogProbability[begin:end],
		Discount:       r.Discount[begin:end],
		Step:           r.Step[begin:end],
		Version:        r.Version[begin:end],
		Image:          r.Image[begin*layout.Image : end*layout.Image],
		State:          r.State[begin*layout.State : end*layout.State],
	}
}

// check tells which column has the wrong size.
func (r *Rows) check(layout Layout) error {
	rows := r.Len()
	for _, column := range [...]struct {
		name       string
		got, width int
	}{
		{"observation", len(r.Observation), layout.Observation},
		{"action", len(r.Action), layout.Action},
		{"reward", len(r.Reward), layout.Reward},
		{"log_probability", len(r.LogProbability), 1},
		{"discount", len(r.Discount), 1},
		{"version", len(r.Version), 1},
		{"image", len(r.Image), layout.Image},
		{"state", len(r.State), layout.State},
	} {
		if column.got != rows*column.width {
			return fmt.Errorf("replay: %d rows: %s has %d elements, want %d", rows, column.name, column.got, rows*column.width)
		}
	}
	return nil
}

// checkNumbers tells which column has the wrong size or a number that is not finite.
func (r *Rows) checkNumbers(layout Layout) error {
	if err := r.check(layout); err != nil {
		return err
	}
	for _, column := range [...]struct {
		name   string
		values []float32
	}{
		{"observation", r.Observation}, {"action", r.Action}, {"reward", r.Reward},
		{"log_probability", r.LogProbability}, {"discount", r.Discount}, {"state", r.State},
	} {
		for i, value := range column.values {
			if !finite(value) {
				return fmt.Errorf("replay: %s of row %d is %v", column.name, i/max(1, len(column.values)/r.Len()), value)
			}
		}
	}
	return nil
}

// SetObservation makes row i an observation without an action. The other columns are cleared, for
// the memory may have been in use before and equal tables are saved as equal bytes.
func (r *Rows) SetObservation(layout Layout, i int, observation []float32, step int64) {
	copy(element(r.Observation, layout.Observation, i), observation)
	clear(element(r.Action, layout.Action, i))
	clear(element(r.Reward, layout.Reward, i))
	r.LogProbability[i], r.Discount[i], r.Version[i] = 0, 0, 0
	r.Step[i] = step
}

// SetStep records what was done at row i and what followed.
func (r *Rows) SetStep(layout Layout, i int, step Step) {
	copy(element(r.Action, layout.Action, i), step.Action)
	copy(element(r.Reward, layout.Reward, i), step.Reward)
	r.LogProbability[i], r.Discount[i], r.Version[i] = step.LogProbability, step.Discount, step.Version
}

// element returns element i of a slab whose elements are width numbers.
func element[T any](slab []T, width, i int) []T { return slab[i*width : (i+1)*width] }

// Copy copies all columns of rows from another block: row from to row to, and so on.
func (r *Rows) Copy(layout Layout, other *Rows, to, from, rows int) {
	copyRows(r.Observation, other.Observation, layout.Observation, to, from, rows)
	copyRows(r.Action, other.Action, layout.Action, to, from, rows)
	copyRows(r.Reward, other.Reward, layout.Reward, to, from, rows)
	copyRows(r.LogProbability, other.LogProbability, 1, to, from, rows)
	copyRows(r.Discount, other.Discount, 1, to, from, rows)
	copyRows(r.Step, other.Step, 1, to, from, rows)
	copyRows(r.Version, other.Version, 1, to, from, rows)
	copyRows(r.Image, other.Image, layout.Image, to, from, rows)
	copyRows(r.State, other.State, layout.State, to, from, rows)
}
