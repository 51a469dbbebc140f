package replay

import "fmt"

// Transitions is a batch of n-step items in the caller's memory. The length of Discount is the
// batch size. Where the layout has several numbers in a reward, memory for one of each item gets the first.
type Transitions struct {
	Observation    []float32 // [batch, observation]: o_t
	Action         []float32 // [batch, action]: a_t
	LogProbability []float32 // [batch]: of a_t under the policy that chose it
	Reward         []float32 // [batch, reward] or [batch]: the discounted sum of the m rewards
	Discount       []float32 // [batch]: the factor of the value of Next
	Next           []float32 // [batch, observation]: o_t+m
	Image          []byte    // [batch, stack, image]: those up to t, the oldest first, and before an episode its first
	NextImage      []byte    // [batch, stack, image]: those up to t+m
}

// Sequences is a batch of windows of consecutive steps in the caller's memory. The length of
// Discount is the batch size times the length of the windows. Where the layout has several numbers in a reward,
// memory for one of each step gets the first.
type Sequences struct {
	Observation    []float32 // [batch, length+1, observation]: o_t ... o_t+length
	Image          []byte    // [batch, length+1, image]: those seen with them; nil if not wanted
	Action         []float32 // [batch, length, action]: a_t ... a_t+length-1
	LogProbability []float32 // [batch, length]: of the actions under the policy that chose them
	Reward         []float32 // [batch, length, reward] or [batch, length]: r_t+1 ... r_t+length
	Discount       []float32 // [batch, length]: d_t+1 ... d_t+length
	State          []float32 // [batch, state]: with which the policy chose a_t
	First          []float32 // [batch]: 1 where a_t is the first action of its episode; nil if not wanted
	Mask           []float32 // [batch, length]: 1 for a step, 0 behind the end of a window that is shorter; nil if all are full
}

// NewTransitions returns memory for a batch of items, with one image each if the layout has images.
func NewTransitions(layout Layout, items int) Transitions {
	return Transitions{
		Observation:    make([]float32, items*layout.Observation),
		Action:         make([]float32, items*layout.Action),
		LogProbability: make([]float32, items),
		Reward:         make([]float32, items*layout.Reward),
		Discount:       make([]float32, items),
		Next:           make([]float32, items*layout.Observation),
		Image:          make([]byte, items*layout.Image),
		NextImage:      make([]byte, items*layout.Image),
	}
}

// NewSequences returns memory for a batch of windows of length steps.
func NewSequences(layout Layout, items, length int) Sequences {
	return Sequences{
		Observation:    make([]float32, items*(length+1)*layout.Observation),
		Image:          make([]byte, items*(length+1)*layout.Image),
		Action:         make([]float32, items*length*layout.Action),
		LogProbability: make([]float32, items*length),
		Reward:         make([]float32, items*length*layout.Reward),
		Discount:       make([]float32, items*length),
		State:          make([]float32, items*layout.State),
		First:          make([]float32, items),
		Mask:           make([]float32, items*length),
	}
}

// rewards is how many numbers of each reward memory of a size is for: 1 if that is what there is room for, else
// all.
func rewards(size, steps int, layout Layout) int {
	if size == steps {
		return 1
	}
	return layout.Reward
}

// check tells which array has the wrong size.
func (b Transitions) check(layout Layout) error {
	items := len(b.Discount)
	for _, array := range [...]struct {
		name      string
		got, want int
	}{
		{"Observation", len(b.Observation), items * layout.Observation},
		{"Action", len(b.Action), items * layout.Action},
		{"LogProbability", len(b.LogProbability), items},
		{"Reward", len(b.Reward), items * rewards(len(b.Reward), items, layout)},
		{"Next", len(b.Next), items * layout.Observation},
		{"Image", len(b.Image), items * b.stack(layout) * layout.Image},
		{"NextImage", len(b.NextImage), items * b.stack(layout) * layout.Image},
	} {
		if array.got != array.want {
			return fmt.Errorf("replay: batch of %d items: %s has %d elements, want %d", items, array.name, array.got, array.want)
		}
	}
	return nil
}

// check returns the number of windows, or tells which array has the wrong size.
func (b Sequences) check(layout Layout, length int) (int, error) {
	items := len(b.Discount) / length
	for _, array := range [...]struct {
		name      string
		got, want int
	}{
		{"Observation", len(b.Observation), items * (length + 1) * layout.Observation},
		{"Action", len(b.Action), items * length * layout.Action},
		{"LogProbability", len(b.LogProbability), items * length},
		{"Reward", len(b.Reward), items * length * rewards(len(b.Reward), items*length, layout)},
		{"Discount", len(b.Discount), items * length},
		{"State", len(b.State), items * layout.State},
	} {
		if array.got != array.want {
			return 0, fmt.Errorf("replay: batch of %d windows of %d steps: %s has %d elements, want %d", items, length, array.name, array.got, array.want)
		}
	}
	for _, array := range [...]struct {
		name      string
		got, want int
	}{{"Mask", len(b.Mask), items * length}, {"First", len(b.First), items}, {"Image", len(b.Image), items * (length + 1) * layout.Image}} {
		if array.got != 0 && array.got != array.want {
			return 0, fmt.Errorf("replay: batch of %d windows of %d steps: %s has %d elements, want none or %d", items, length, array.name, array.got, array.want)
		}
	}
	return items, nil
}

// fillTransition writes the n-step item that begins at row. Sampler.SampleTransitions gives the
// formulas.
func (t *Table) fillTransition(batch Transitions, item, row, n int, gamma float64) {
	chunk, i := t.at(row)
	copy(element(batch.Observation, t.layout.Observation, item), element(chunk.Observation, t.layout.Observation, i))
	copy(element(batch.Action, t.layout.Action, item), element(chunk.Action, t.layout.Action, i))
	batch.LogProbability[item] = chunk.LogProbability[i]
	reward := element(batch.Reward, rewards(len(batch.Reward), len(batch.Discount), t.layout), item)
	clear(reward)
	weight, end := 1.0, row // weight is gamma^k d_t+1 ... d_t+k
	for end < row+n && t.follows(end, 1) {
		chunk, i := t.at(end)
		for j, r := range element(chunk.Reward, t.layout.Reward, i)[:len(reward)] {
			reward[j] += float32(weight * float64(r))
		}
		weight *= gamma * float64(chunk.Discount[i])
		end++
	}
	batch.Discount[item] = float32(weight)
	chunk, i = t.at(end)
	copy(element(batch.Next, t.layout.Observation, item), element(chunk.Observation, t.layout.Observation, i))
	if t.layout.Image > 0 {
		width := batch.stack(t.layout) * t.layout.Image
		t.stackImages(element(batch.Image, width, item), row)
		t.stackImages(element(batch.NextImage, width, item), end)
	}
}

// stackImages fills stack with the images up to a row, which begins with the first that is held of its episode
// if it does not reach far enough.
func (t *Table) stackImages(stack []byte, row int) {
	count, oldest := len(stack)/t.layout.Image, t.beginning(row)
	for j := range count {
		chunk, i := t.at(max(oldest, row-count+1+j))
		copy(element(stack, t.layout.Image, j), element(chunk.Image, t.layout.Image, i))
	}
}

// fillSequence writes the window of length steps that begins at row: the first steps are what is known, what
// is left is 0.
func (t *Table) fillSequence(batch Sequences, item, row, length, steps int) {
	chunk, i := t.at(row)
	width := rewards(len(batch.Reward), len(batch.Discount), t.layout)
	copy(element(batch.State, t.layout.State, item), element(chunk.State, t.layout.State, i))
	if batch.First != nil {
		batch.First[item] = 0
		if chunk.Step[i] == 0 {
			batch.First[item] = 1
		}
	}
	if len(batch.Image) > 0 {
		t.fillImages(batch.Image, item*(length+1), row, steps+1)
	}
	for k := range steps {
		chunk, i := t.at(row + k)
		place := item*length + k
		copy(element(batch.Observation, t.layout.Observation, place+item), element(chunk.Observation, t.layout.Observation, i))
		copy(element(batch.Action, t.layout.Action, place), element(chunk.Action, t.layout.Action, i))
		copy(element(batch.Reward, width, place), element(chunk.Reward, t.layout.Reward, i))
		batch.LogProbability[place] = chunk.LogProbability[i]
		batch.Discount[place] = chunk.Discount[i]
	}
	chunk, i = t.at(row + steps)
	last := item*(length+1) + steps
	copy(element(batch.Observation, t.layout.Observation, last), element(chunk.Observation, t.layout.Observation, i))
	batch.pad(t.layout, item, length, steps)
}

// fillImages writes the images of rows row to row+rows, from a place in images on.
func (t *Table) fillImages(images []byte, place, row, rows int) {
	for k := range rows {
		chunk, i := t.at(row + k)
		copy(element(images, t.layout.Image, place+k), element(chunk.Image, t.layout.Image, i))
	}
}

// pad clears what is left of a window of length behind its steps, and marks them in the mask.
func (b Sequences) pad(layout Layout, item, length, steps int) {
	first, end := item*length+steps, (item+1)*length
	clear(b.Observation[(first+item+1)*layout.Observation : (end+item+1)*layout.Observation])
	if len(b.Image) > 0 {
		clear(b.Image[(first+item+1)*layout.Image : (end+item+1)*layout.Image])
	}
	clear(b.Action[first*layout.Action : end*layout.Action])
	width := rewards(len(b.Reward), len(b.Discount), layout)
	clear(b.Reward[first*width : end*width])
	clear(b.LogProbability[first:end])
	clear(b.Discount[first:end])
	if b.Mask == nil {
		return
	}
	for k := range length {
		b.Mask[item*length+k] = 0
		if k < steps {
			b.Mask[item*length+k] = 1
		}
	}
}
