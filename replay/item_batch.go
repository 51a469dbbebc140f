package replay

import "fmt"

// View is the form in which items are read: Length steps, after BurnIn steps that come before them
// in the episode and serve to warm up a recurrent state.
type View struct {
	Length int // steps
	BurnIn int // steps before
	Stack  int // images of a row: its own and those before it, 0 meaning 1
}

// Batch is items in the caller's memory, with time steps T = BurnIn + Length. Arrays that are nil are
// not written. Where an episode does not reach, at the front of the burn-in or behind a short item,
// all is zero.
type Batch struct {
	View
	Drawn []Drawn // [items]: what the items are

	Observation    []float32 // [items, T+1, observation]
	Image          []byte    // [items, T+1, Stack, image]: the oldest first; before an episode, its first
	State          []float32 // [items, T+1, state]
	First          []float32 // [items, T+1]: 1 where an episode begins
	Action         []float32 // [items, T, action]
	LogProbability []float32 // [items, T]
	Reward         []float32 // [items, T, reward]
	Discount       []float32 // [items, T]
	Mask           []float32 // [items, T]: 1 for a step, 0 for padding
	Version        []uint64  // [items, T]
}

// NewBatch returns memory for a batch of items with all that layout has.
func NewBatch(layout Layout, items int, view View) *Batch {
	view.Stack = max(view.Stack, 1)
	steps := items * (view.BurnIn + view.Length)
	rows := steps + items
	return &Batch{
		View:           view,
		Drawn:          make([]Drawn, items),
		Observation:    make([]float32, rows*layout.Observation),
		Image:          make([]byte, rows*view.Stack*layout.Image),
		State:          make([]float32, rows*layout.State),
		First:          make([]float32, rows),
		Action:         make([]float32, steps*layout.Action),
		LogProbability: make([]float32, steps),
		Reward:         make([]float32, steps*layout.Reward),
		Discount:       make([]float32, steps),
		Mask:           make([]float32, steps),
		Version:        make([]uint64, steps),
	}
}

// check tells which array has the wrong size.
func (b *Batch) check(layout Layout) error {
	if b.Length < 1 || b.BurnIn < 0 || b.Stack < 0 {
		return fmt.Errorf("replay: view %+v: Length must be 1 or more, and none negative", b.View)
	}
	b.Stack = max(b.Stack, 1)
	steps := len(b.Drawn) * (b.BurnIn + b.Length)
	rows := steps + len(b.Drawn)
	for _, array := range [...]struct {
		name      string
		got, want int
	}{
		{"Observation", len(b.Observation), rows * layout.Observation},
		{"Image", len(b.Image), rows * b.Stack * layout.Image},
		{"State", len(b.State), rows * layout.State},
		{"First", len(b.First), rows},
		{"Action", len(b.Action), steps * layout.Action},
		{"LogProbability", len(b.LogProbability), steps},
		{"Reward", len(b.Reward), steps * layout.Reward},
		{"Discount", len(b.Discount), steps},
		{"Mask", len(b.Mask), steps},
		{"Version", len(b.Version), steps},
	} {
		if array.got != array.want && array.got != 0 {
			return fmt.Errorf("replay: batch of %d items, %+v: %s has %d elements, want %d", len(b.Drawn), b.View, array.name, array.got, array.want)
		}
	}
	return nil
}

// items returns the batch of items begin to end, in the same memory.
func (b *Batch) items(layout Layout, begin, end int) Batch {
	steps := b.BurnIn + b.Length
	rows := steps + 1
	return Batch{
		View:           b.View,
		Drawn:          b.Drawn[begin:end],
		Observation:    part(b.Observation, rows*layout.Observation, begin, end),
		Image:          part(b.Image, rows*b.Stack*layout.Image, begin, end),
		State:          part(b.State, rows*layout.State, begin, end),
		First:          part(b.First, rows, begin, end),
		Action:         part(b.Action, steps*layout.Action, begin, end),
		LogProbability: part(b.LogProbability, steps, begin, end),
		Reward:         part(b.Reward, steps*layout.Reward, begin, end),
		Discount:       part(b.Discount, steps, begin, end),
		Mask:           part(b.Mask, steps, begin, end),
		Version:        part(b.Version, steps, begin, end),
	}
}

// part returns elements begin to end of a slab, nil of one that is not written.
func part[T any](slab []T, width, begin, end int) []T {
	if len(slab) == 0 {
		return nil
	}
	return slab[begin*width : end*width]
}

// fill copies item k.
func (b *Batch) fill(m *memory, k int) {
	d := &b.Drawn[k]
	steps := b.BurnIn + b.Length
	row := d.span.context + d.First - b.BurnIn // of the span, the first to be copied
	front := max(0, -row)
	known := min(b.Length, d.span.steps) + b.BurnIn - front
	b.pad(m.layout, k*steps, k, front)
	for done := 0; done <= known; {
		block, i := m.at(d.span, row+front+done)
		rows := min(m.blockRows-i, known+1-done)
		place := k*steps + front + done
		b.copySeen(m.layout, block.Rows, place+k, i, rows)
		b.copyDone(m.layout, block.Rows, place, i, min(rows, known-done))
		done += rows
	}
	if m.layout.Image > 0 && b.Stack > 1 && len(b.Image) > 0 {
		for j := range known + 1 {
			stack := element(b.Image, b.Stack*m.layout.Image, k*(steps+1)+front+j)
			stackImages(m, stack, d.span, row+front+j)
		}
	}
	b.pad(m.layout, k*steps+front+known, k+1, steps-front-known)
}

// copySeen copies rows of what was seen. To is the first place in the batch, from that in c.
func (b *Batch) copySeen(layout Layout, c *Rows, to, from, rows int) {
	copyRows(b.Observation, c.Observation, layout.Observation, to, from, rows)
	copyRows(b.State, c.State, layout.State, to, from, rows)
	if b.Stack == 1 {
		copyRows(b.Image, c.Image, layout.Image, to, from, rows)
	}
	if len(b.First) == 0 {
		return
	}
	for j, step := range c.Step[from : from+rows] {
		b.First[to+j] = 0
		if step == 0 {
			b.First[to+j] = 1
		}
	}
}

// copyDone copies rows of what was done, and what followed.
func (b *Batch) copyDone(layout Layout, c *Rows, to, from, rows int) {
	copyRows(b.Action, c.Action, layout.Action, to, from, rows)
	copyRows(b.Reward, c.Reward, layout.Reward, to, from, rows)
	copyRows(b.LogProbability, c.LogProbability, 1, to, from, rows)
	copyRows(b.Discount, c.Discount, 1, to, from, rows)
	copyRows(b.Version, c.Version, 1, to, from, rows)
	if len(b.Mask) > 0 {
		for j := range rows {
			b.Mask[to+j] = 1
		}
	}
}

// stackImages fills stack with the images up to a row of s, which begins with its episode if it does
// not reach far enough.
func stackImages(m *memory, stack []byte, s span, row int) {
	size := m.layout.Image
	count := len(stack) / size
	for j := range count {
		block, i := m.at(s, max(0, row-count+1+j))
		copy(element(stack, size, j), element(block.Image, size, i))
	}
}

// pad clears rows from a place on; seen is how many rows more what was seen has before it.
func (b *Batch) pad(layout Layout, place, seen, rows int) {
	if rows == 0 {
		return
	}
	clearRows(b.Observation, layout.Observation, place+seen, rows)
	clearRows(b.Image, b.Stack*layout.Image, place+seen, rows)
	clearRows(b.State, layout.State, place+seen, rows)
	clearRows(b.First, 1, place+seen, rows)
	clearRows(b.Action, layout.Action, place, rows)
	clearRows(b.Reward, layout.Reward, place, rows)
	clearRows(b.LogProbability, 1, place, rows)
	clearRows(b.Discount, 1, place, rows)
	clearRows(b.Version, 1, place, rows)
	clearRows(b.Mask, 1, place, rows)
}

// copyRows copies rows of a column, unless it is not wanted.
func copyRows[T any](dst, src []T, width, to, from, rows int) {
	if len(dst) > 0 {
		copy(dst[to*width:(to+rows)*width], src[from*width:(from+rows)*width])
	}
}

func clearRows[T any](slab []T, width, place, rows int) {
	if len(slab) > 0 {
		clear(slab[place*width : (place+rows)*width])
	}
}
