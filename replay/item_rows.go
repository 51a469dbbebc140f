package replay

import "context"

// The methods of this file are called with the table's lock held.

// store adds the row that step leads to, and completes the one before.
func (w *Writer) store(step Step) error {
	layout := w.table.config.Layout
	previous, i := w.tail, w.tail.rows-1
	if err := w.push(step, w.next-w.start); err != nil {
		return err
	}
	previous.SetStep(layout, i, step)
	return nil
}

// push adds a row with what was seen. Position counts the steps of the episode.
func (w *Writer) push(seen Step, position int64) error {
	t := w.table
	w.forget()
	full := w.tail == nil || w.tail.rows == t.memory.blockRows
	blocks := 0
	if full {
		blocks = 1
	}
	if err := t.makeRoom(1, blocks); err != nil {
		return err
	}
	if full {
		w.extend()
	}
	b := w.tail
	b.SetObservation(t.config.Layout, b.rows, seen.Observation, position)
	copy(element(b.Image, t.config.Layout.Image, b.rows), seen.Image)
	copy(element(b.State, t.config.Layout.State, b.rows), seen.State)
	b.rows++
	t.memory.rows++
	w.next++
	return nil
}

// extend adds a block.
func (w *Writer) extend() {
	b := w.table.memory.take(w.next)
	if w.tail == nil {
		w.head = b
	} else {
		w.tail.next = b
	}
	w.tail = b
}

// forget gives back the blocks that no item to come needs.
func (w *Writer) forget() {
	oldest := w.oldest()
	for w.head != nil && w.head.begin+int64(w.table.memory.blockRows) <= oldest {
		next := w.head.next
		if w.head == w.tail {
			w.tail, next = nil, nil
		}
		w.table.memory.drop(w.head)
		w.head = next
	}
}

// oldest returns the number of the oldest row that an item to come needs. The newest is always
// needed: the step that is taken there is yet to be stored.
func (w *Writer) oldest() int64 {
	newest := w.next - 1
	if w.start == w.next { // an episode begins
		return w.next
	}
	if w.pattern.Length == 0 {
		return w.start
	}
	row := newest - int64(w.pattern.Length)
	if w.pattern.Period > 0 && w.open {
		row = min(row, w.due)
	}
	return max(w.start, row-int64(w.table.config.Context))
}

// insertComplete inserts the items whose steps are all known.
func (w *Writer) insertComplete(ctx context.Context) error {
	length := int64(w.pattern.Length)
	if length == 0 || w.pattern.Period == 0 {
		return nil
	}
	for w.due+length < w.next {
		if err := w.insertAutomatic(ctx, w.due, length); err != nil {
			return err
		}
		w.due += int64(w.pattern.Period)
	}
	return nil
}

// end inserts the items that end with the episode.
func (w *Writer) end(ctx context.Context) error {
	if !w.open {
		return nil
	}
	if err := w.insertComplete(ctx); err != nil {
		return err
	}
	newest := w.next - 1
	for w.pattern.Tails && w.pattern.Period > 0 && w.due < newest {
		if err := w.insertAutomatic(ctx, w.due, newest-w.due); err != nil {
			return err
		}
		w.due += int64(w.pattern.Period)
	}
	if first, uncovered := w.leftOver(newest); uncovered {
		if err := w.insertAutomatic(ctx, first, newest-first); err != nil {
			return err
		}
	}
	w.open = false
	return nil
}

// leftOver returns the first row of one more item, if steps at the end of the episode are in none.
func (w *Writer) leftOver(newest int64) (first int64, uncovered bool) {
	length := int64(w.pattern.Length)
	if w.pattern.Period == 0 || w.pattern.Tails || newest == w.start {
		return 0, false
	}
	if length == 0 {
		return w.start, true
	}
	covered := w.start
	if w.due > w.start {
		covered = w.due - int64(w.pattern.Period) + length
	}
	return max(w.start, newest-length), covered < newest
}

// insertAutomatic inserts an item with the highest priority so far, so that it is soon sampled.
func (w *Writer) insertAutomatic(ctx context.Context, first, steps int64) error {
	t := w.table
	if _, err := t.limiter.await(ctx, &t.lock, inserting, 1); err != nil {
		return err
	}
	defer t.limiter.wake()
	return t.add(automaticKeys+t.number, t.priority, w.span(first, int(steps)))
}

// insertOrAssign inserts an item, or sets the priority of the one that has the key.
func (w *Writer) insertOrAssign(ctx context.Context, key uint64, priority float64, first int64, steps int) error {
	t := w.table
	if t.assign(key, priority) {
		return nil
	}
	if _, err := t.limiter.await(ctx, &t.lock, inserting, 1); err != nil {
		return err
	}
	defer t.limiter.wake()
	if t.assign(key, priority) { // another client inserted it meanwhile
		return nil
	}
	return t.add(key, priority, w.span(first, steps))
}

// span returns the steps from row first on, and as much of the context before as there is.
func (w *Writer) span(first int64, steps int) span {
	context := min(first-w.start, int64(w.table.config.Context))
	b := w.head
	for b.begin+int64(w.table.memory.blockRows) <= first-context {
		b = b.next
	}
	return span{block: b, offset: int(first - context - b.begin), context: int(context), steps: steps}
}
