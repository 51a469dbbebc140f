package replay

// chunk is a block of rows, one slab of memory for each column.
type chunk struct {
	observation, action, reward []float32 // [rows, width]
	logProbability, discount    []float32 // [rows]
	step                        []int64   // [rows]: position in the episode, 0 at its start
	version                     []uint64  // [rows]
	image                       []byte    // [rows, bytes]
	state                       []float32 // [rows, width]
}

func newChunk(layout Layout, rows int) *chunk {
	return &chunk{
		observation:    make([]float32, rows*layout.Observation),
		action:         make([]float32, rows*layout.Action),
		reward:         make([]float32, rows*layout.Reward),
		logProbability: make([]float32, rows),
		discount:       make([]float32, rows),
		step:           make([]int64, rows),
		version:        make([]uint64, rows),
		image:          make([]byte, rows*layout.Image),
		state:          make([]float32, rows*layout.State),
	}
}

// setObservation makes row i an observation without an action. The other columns are cleared, for
// the memory may have been in use before and equal tables are saved as equal bytes.
func (c *chunk) setObservation(layout Layout, i int, observation []float32, step int64) {
	copy(element(c.observation, layout.Observation, i), observation)
	clear(element(c.action, layout.Action, i))
	clear(element(c.reward, layout.Reward, i))
	c.logProbability[i], c.discount[i], c.version[i] = 0, 0, 0
	c.step[i] = step
}

// setStep records what was done at row i and what followed.
func (c *chunk) setStep(layout Layout, i int, step Step) {
	copy(element(c.action, layout.Action, i), step.Action)
	copy(element(c.reward, layout.Reward, i), step.Reward)
	c.logProbability[i], c.discount[i], c.version[i] = step.LogProbability, step.Discount, step.Version
}

// element returns element i of a slab whose elements are width numbers.
func element[T any](slab []T, width, i int) []T { return slab[i*width : (i+1)*width] }

// copyRows copies all columns of rows from another chunk.
func (c *chunk) copyRows(layout Layout, other *chunk, to, from, rows int) {
	copyRows(c.observation, other.observation, layout.Observation, to, from, rows)
	copyRows(c.action, other.action, layout.Action, to, from, rows)
	copyRows(c.reward, other.reward, layout.Reward, to, from, rows)
	copyRows(c.logProbability, other.logProbability, 1, to, from, rows)
	copyRows(c.discount, other.discount, 1, to, from, rows)
	copyRows(c.step, other.step, 1, to, from, rows)
	copyRows(c.version, other.version, 1, to, from, rows)
	copyRows(c.image, other.image, layout.Image, to, from, rows)
	copyRows(c.state, other.state, layout.State, to, from, rows)
}
