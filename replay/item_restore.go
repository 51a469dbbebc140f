package replay

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/reverie-rl/reverie/internal/safetensors"
)

// restored is what has been read of a saved table.
type restored struct {
	blocks    []*block
	next      []int64 // for each block the number of the one that follows it, -1 for none
	blockRows int
}

// Restore reads a saved part. Called with every part of a table in the order of their names, on a new
// table of the same layout with the same writers, it makes an equal table: the same batches are
// drawn from it and the same items leave it. All settings are those of the new table: a smaller
// budget takes effect at once. A part that is damaged or is not the next is an error, after which the
// table is of no use.
func (t *ItemTable) Restore(part []byte) error {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.number != 0 || t.memory.blocks != 0 {
		return errors.New("replay: restoring: the table is not new")
	}
	file, err := safetensors.Read(part)
	if err != nil {
		return fmt.Errorf("replay: restoring: %w", err)
	}
	if _, blocks := file.Metadata[firstBlockKey]; blocks {
		err = t.restored.addBlocks(file, t.config.Layout)
	} else {
		err = t.restoreItems(file)
	}
	if err != nil {
		return fmt.Errorf("replay: restoring: %w", err)
	}
	return nil
}

// addBlocks reads a group of blocks.
func (r *restored) addBlocks(file *safetensors.File, layout Layout) error {
	begin, err1 := strconv.Atoi(file.Metadata[firstBlockKey])
	blockRows, err2 := strconv.Atoi(file.Metadata[blockRowsKey])
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if blockRows < 1 || blockRows > maxBlockRows {
		return fmt.Errorf("blocks of %d rows, want 1 to %d", blockRows, maxBlockRows)
	}
	if begin != len(r.blocks) || begin > 0 && blockRows != r.blockRows {
		return fmt.Errorf("the part begins at block %d, want %d: a part is missing or out of order", begin, len(r.blocks))
	}
	rows, err := readRows(file, layout)
	if err != nil {
		return err
	}
	table, err := safetensors.Values[int64](file, "blocks", -1, blockColumns)
	if err != nil {
		return err
	}
	blocks, next, err := splitBlocks(rows, table, layout, blockRows)
	if err != nil {
		return err
	}
	r.blocks, r.next, r.blockRows = append(r.blocks, blocks...), append(r.next, next...), blockRows
	return nil
}

// splitBlocks makes blocks of rows. Table has the first row, the rows and the next block of each.
func splitBlocks(rows *Rows, table []int64, layout Layout, blockRows int) (blocks []*block, next []int64, err error) {
	done := int64(0)
	for ; len(table) > 0; table = table[blockColumns:] {
		begin, count := table[0], table[1]
		if count < 1 || count > int64(blockRows) || count > int64(len(rows.Step))-done || begin < 0 {
			return nil, nil, fmt.Errorf("block %d has %d rows, more than there are", len(blocks), count)
		}
		b := &block{Rows: NewRows(layout, blockRows), begin: begin, rows: int(count)}
		b.Copy(layout, rows, 0, int(done), b.rows)
		blocks, next = append(blocks, b), append(next, table[2])
		done += count
	}
	if done != int64(len(rows.Step)) {
		return nil, nil, fmt.Errorf("%d rows in blocks of %d", len(rows.Step), done)
	}
	return blocks, next, nil
}

// link joins each block to the next.
func (r *restored) link() error {
	for i, next := range r.next {
		if next < -1 || next >= int64(len(r.blocks)) {
			return fmt.Errorf("block %d is followed by block %d of %d", i, next, len(r.blocks))
		}
		if r.blocks[i].next = nil; next >= 0 {
			r.blocks[i].next = r.blocks[next]
			if r.blocks[next].begin != r.blocks[i].begin+int64(r.blockRows) || r.blocks[i].rows != r.blockRows {
				return fmt.Errorf("block %d is not followed by block %d", i, next)
			}
		}
	}
	return nil
}

// saved is the last part of a saved table.
type saved struct {
	items, counts []uint64
	priority      []float64
	writers       []int64
}

func readSaved(file *safetensors.File) (s saved, err error) {
	var errs [4]error
	s.items, errs[0] = safetensors.Values[uint64](file, "items", -1, itemColumns)
	s.priority, errs[1] = safetensors.Values[float64](file, "priority", len(s.items)/itemColumns+1)
	s.writers, errs[2] = safetensors.Values[int64](file, "writers", -1, writerColumns)
	s.counts, errs[3] = safetensors.Values[uint64](file, "counts", countColumns)
	for _, priority := range s.priority {
		if err := checkPriority(priority); err != nil {
			return s, err
		}
	}
	return s, errors.Join(errs[:]...)
}

// restoreItems makes the table of the blocks that were read, and of the items.
func (t *ItemTable) restoreItems(file *safetensors.File) error {
	s, err := readSaved(file)
	if err != nil {
		return err
	}
	if got := len(s.writers) / writerColumns; got != len(t.writers) {
		return fmt.Errorf("the table had %d writers, this one has %d: make the same writers first", got, len(t.writers))
	}
	r := t.restored
	if r.blockRows == 0 {
		r.blockRows = t.memory.blockRows
	}
	if err := r.link(); err != nil {
		return err
	}
	items, err := r.items(s)
	if err != nil {
		return err
	}
	writers, err := r.writers(s, t.writers)
	if err != nil {
		return err
	}
	for i := range writers {
		*t.writers[i] = writers[i]
	}
	t.memory.adopt(r, items, t.writers)
	return t.install(file, s, items)
}

// adopt takes over blocks with their users.
func (m *memory) adopt(r restored, items []item, writers []*Writer) {
	m.blockRows = r.blockRows
	for i := range items {
		m.keepSpan(items[i].span)
	}
	for _, w := range writers {
		for b := w.head; b != nil; b = b.next {
			b.users++
		}
	}
	for _, b := range r.blocks {
		if b.users > 0 {
			m.blocks++
			m.rows += b.rows
		}
	}
}

// install puts the items in their places and sets the counters.
func (t *ItemTable) install(file *safetensors.File, s saved, items []item) error {
	for _, it := range items {
		if _, twice := t.places[it.key]; twice {
			return fmt.Errorf("two items have the key %d", it.key)
		}
		t.place(it)
	}
	t.priority = s.priority[len(items)]
	t.limiter.counts = Counts{Inserts: int64(s.counts[0]), Samples: int64(s.counts[1]), Deletes: int64(s.counts[2])}
	t.number, t.draw, t.removals = s.counts[3], s.counts[4], s.counts[5]
	for name, selector := range t.selectors() {
		state, err := safetensors.Values[uint64](file, name, -1)
		if s, ok := selector.(stateful); ok && err == nil { // there is none if the selector was of another kind
			if err := s.restore(state); err != nil {
				return err
			}
		}
	}
	t.restored = restored{}
	for t.config.MaxItems > 0 && len(t.items) > t.config.MaxItems {
		t.evict()
	}
	return t.makeRoom(0, 0)
}

// items returns the items that are saved.
func (r *restored) items(s saved) ([]item, error) {
	var items []item
	for i := range len(s.items) / itemColumns {
		values := element(s.items, itemColumns, i)
		for _, value := range values[3:] {
			if value > math.MaxInt32 {
				return nil, fmt.Errorf("item %d is damaged: %v", i, values)
			}
		}
		sp := span{offset: int(values[5]), context: int(values[6]), steps: int(values[7])}
		if values[4] >= uint64(len(r.blocks)) || sp.offset >= r.blockRows || sp.steps < 1 || !r.holds(r.blocks[values[4]], sp) {
			return nil, fmt.Errorf("item %d is damaged: its rows are not there: %v", i, values)
		}
		sp.block = r.blocks[values[4]]
		rank := Rank{Priority: s.priority[i], Inserted: values[1], Updated: values[2]}
		items = append(items, item{key: values[0], rank: rank, timesSampled: int(values[3]), span: sp})
	}
	return items, nil
}

// holds reports whether b and the blocks that follow have the rows of s.
func (r *restored) holds(b *block, s span) bool {
	last := s.offset + s.context + s.steps
	for ; b != nil && last >= r.blockRows; last -= r.blockRows {
		b = b.next
	}
	return b != nil && last < b.rows
}

// writers returns the writers as they were, with the patterns of those that are there.
func (r *restored) writers(s saved, present []*Writer) ([]Writer, error) {
	var writers []Writer
	for i, w := range present {
		v := element(s.writers, writerColumns, i)
		restored := Writer{table: w.table, pattern: w.pattern, next: v[1], start: v[2], due: v[3], open: v[4] == 1, terminated: v[5] == 1}
		if v[0] < 0 || v[0] > int64(len(r.blocks)) || v[2] < 0 || v[2] > v[1] || v[3] < v[2] {
			return nil, fmt.Errorf("writer %d is damaged: %v", i, v)
		}
		if v[0] > 0 {
			restored.head = r.blocks[v[0]-1]
			for restored.tail = restored.head; restored.tail.next != nil; {
				restored.tail = restored.tail.next
			}
		}
		if err := restored.check(); err != nil {
			return nil, fmt.Errorf("writer %d: %w", i, err)
		}
		writers = append(writers, restored)
	}
	return writers, nil
}

// check tells whether rows of the open episode are missing.
func (w *Writer) check() error {
	if w.head == nil && w.start == w.next && !w.open {
		return nil
	}
	if w.head == nil || w.tail.begin+int64(w.tail.rows) != w.next || w.oldest() < w.head.begin {
		return fmt.Errorf("its newest rows, or some that the pattern %+v needs, were not saved", w.pattern)
	}
	return nil
}
