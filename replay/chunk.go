package replay

// chunk is a block of rows, one slab of memory for each column.
type chunk struct {
	observation, action, reward []float32 // [rows, width]
	logProbability, discount    []float32 // [rows]
	step                        []int64   // [rows]: position in the episode, 0 at its start
	version                     []uint64  // [rows]
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
func element(slab []float32, width, i int) []float32 { return slab[i*width : (i+1)*width] }
