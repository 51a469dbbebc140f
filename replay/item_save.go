package replay

import (
	"fmt"
	"io"
	"strconv"

	"github.com/reverie-rl/reverie/internal/safetensors"
)

// partRows is about the number of rows in a saved part.
const partRows = 10_000

// stateful is a selector whose choices depend on more than the ranks of the items.
type stateful interface {
	state() []uint64
	restore(state []uint64) error
}

// Save returns the parts that make up the table: its rows, and last its items, its counters, the
// state of its random choices and the open episodes of its writers. They are valid until the table
// changes.
func (t *ItemTable) Save() []Part {
	t.lock.Lock()
	defer t.lock.Unlock()
	l := t.list()
	perPart := max(1, partRows/t.memory.blockRows)
	var parts []Part
	for begin := 0; begin < len(l.blocks); begin += perPart {
		parts = append(parts, Part{
			Name: fmt.Sprintf("blocks-%08d.safetensors", begin),
			Write: func(w io.Writer) error {
				return t.writeBlocks(w, l, begin, min(begin+perPart, len(l.blocks)))
			},
		})
	}
	return append(parts, Part{
		Name:  "items.safetensors",
		Write: func(w io.Writer) error { return t.writeItems(w, l.numbers) },
	})
}

// listing is the blocks in use, in an order that depends on the items and the writers alone.
type listing struct {
	blocks  []*block
	numbers map[*block]int
	next    []int64 // for each block the number of the one that follows it, -1 if nobody needs both
}

// list returns the blocks in use.
func (t *ItemTable) list() *listing {
	l := &listing{numbers: map[*block]int{}}
	for _, it := range t.items {
		l.add(it.span.block, t.memory.blocksOf(it.span))
	}
	for _, w := range t.writers {
		if w.head != nil {
			l.add(w.head, int((w.tail.begin-w.head.begin)/int64(t.memory.blockRows))+1)
		}
	}
	return l
}

// add adds count blocks that follow each other.
func (l *listing) add(b *block, count int) {
	for previous := -1; count > 0; count-- {
		number, known := l.numbers[b]
		if !known {
			number = len(l.blocks)
			l.numbers[b] = number
			l.blocks, l.next = append(l.blocks, b), append(l.next, -1)
		}
		if previous >= 0 {
			l.next[previous] = int64(number)
		}
		previous, b = number, b.next
	}
}

// writeBlocks writes blocks number begin to end.
func (t *ItemTable) writeBlocks(w io.Writer, l *listing, begin, end int) error {
	rows := 0
	for _, b := range l.blocks[begin:end] {
		rows += b.rows
	}
	all, table := NewRows(t.config.Layout, rows), make([]int64, 0, blockColumns*(end-begin))
	rows = 0
	for i, b := range l.blocks[begin:end] {
		all.Copy(t.config.Layout, b.Rows, rows, 0, b.rows)
		rows += b.rows
		table = append(table, b.begin, int64(b.rows), l.next[begin+i])
	}
	tensors := append(all.tensors(t.config.Layout, 0, rows),
		safetensors.Of("blocks", table, end-begin, blockColumns))
	metadata := map[string]string{firstBlockKey: strconv.Itoa(begin), blockRowsKey: strconv.Itoa(t.memory.blockRows)}
	if err := safetensors.Write(w, tensors, metadata); err != nil {
		return fmt.Errorf("replay: saving blocks from %d: %w", begin, err)
	}
	return nil
}

// Metadata of the parts of an ItemTable.
const (
	firstBlockKey = "first_block" // the number of the first block of a part
	blockRowsKey  = "block_rows"  // the rows of a full block
)

// Columns of what is saved.
const (
	blockColumns  = 3 // first row, rows, number of the next block or -1
	itemColumns   = 8 // key, inserted, updated, times sampled, block, offset, context, steps
	writerColumns = 6 // first block + 1, next, start, due, open, terminated
	countColumns  = 6 // inserts, samples, deletes, number, draw, removals
)

// writeItems writes all but the rows.
func (t *ItemTable) writeItems(w io.Writer, numbers map[*block]int) error {
	items, priorities := make([]uint64, 0, itemColumns*len(t.items)), make([]float64, 0, len(t.items)+1)
	for _, it := range t.items {
		s := it.span
		items = append(items, it.key, it.rank.Inserted, it.rank.Updated, uint64(it.timesSampled),
			uint64(numbers[s.block]), uint64(s.offset), uint64(s.context), uint64(s.steps))
		priorities = append(priorities, it.rank.Priority)
	}
	writers := make([]int64, 0, writerColumns*len(t.writers))
	for _, w := range t.writers {
		head := int64(0)
		if w.head != nil {
			head = int64(numbers[w.head]) + 1
		}
		writers = append(writers, head, w.next, w.start, w.due, number(w.open), number(w.terminated))
	}
	counts := t.limiter.counts
	tensors := []safetensors.Tensor{
		safetensors.Of("items", items, len(t.items), itemColumns),
		safetensors.Of("priority", append(priorities, t.priority)),
		safetensors.Of("writers", writers, len(t.writers), writerColumns),
		safetensors.Of("counts", []uint64{uint64(counts.Inserts), uint64(counts.Samples), uint64(counts.Deletes), t.number, t.draw, t.removals}),
	}
	for name, selector := range t.selectors() {
		if s, ok := selector.(stateful); ok {
			tensors = append(tensors, safetensors.Of(name, s.state()))
		}
	}
	if err := safetensors.Write(w, tensors, nil); err != nil {
		return fmt.Errorf("replay: saving items: %w", err)
	}
	return nil
}

// selectors returns the table's selectors by the names of their saved state.
func (t *ItemTable) selectors() map[string]Selector {
	return map[string]Selector{"sampler": t.config.Sampler, "remover": t.config.Remover}
}

// number is 1 for true.
func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
