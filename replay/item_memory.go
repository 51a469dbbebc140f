package replay

// itemBytes is the memory of an item besides its rows: its record, its places in two selectors, and
// its key.
const itemBytes = 256

// block is a chunk of the rows of one writer. It is kept while anyone needs it.
type block struct {
	*Rows
	next  *block // of the same writer; valid for those who keep that one too
	begin int64  // the writer's number of the first row
	rows  int    // written so far
	users int    // items, writers and readers that need a row of it
}

// span is a range of rows of one episode.
type span struct {
	block   *block // in which the first row lies
	offset  int    // of the first row in it
	context int    // rows before the first step that are kept with it
	steps   int    // rows with an action after those; one more row has the final observation
}

// memory hands out blocks and takes them back. Blocks that came back are used again before new ones
// are made, so that what is held at most bounds what is allocated.
type memory struct {
	layout    Layout
	blockRows int
	blocks    int // in use
	rows      int // in the blocks in use
	free      []*block
}

// maxBlockRows is the number of rows in a block of small rows.
const maxBlockRows = 256

// newMemory returns memory in blocks of a size that suits the budgets, 0 meaning none.
func newMemory(layout Layout, maxRows int, maxBytes int64) memory {
	const preferred = 256 << 10 // bytes
	rows := min(max(preferred/layout.RowBytes(), 16), maxBlockRows)
	if maxRows > 0 {
		rows = min(rows, maxRows/16)
	}
	if maxBytes > 0 {
		rows = min(rows, int(maxBytes/16)/layout.RowBytes())
	}
	return memory{layout: layout, blockRows: max(rows, 1)}
}

// blockBytes is the memory of a block.
func (m *memory) blockBytes() int64 { return int64(m.blockRows * m.layout.RowBytes()) }

// take returns an empty block, with one user.
func (m *memory) take(begin int64) *block {
	var b *block
	if last := len(m.free) - 1; last >= 0 {
		b, m.free = m.free[last], m.free[:last]
	} else {
		b = &block{Rows: NewRows(m.layout, m.blockRows)}
	}
	b.next, b.begin, b.rows, b.users = nil, begin, 0, 1
	m.blocks++
	return b
}

// drop ends a use of b.
func (m *memory) drop(b *block) {
	b.users--
	if b.users == 0 {
		m.blocks--
		m.rows -= b.rows
		m.free = append(m.free, b)
	}
}

// blocksOf returns the number of blocks of a span.
func (m *memory) blocksOf(s span) int { return (s.offset+s.context+s.steps)/m.blockRows + 1 }

// keepSpan adds a user to all blocks of s.
func (m *memory) keepSpan(s span) {
	for b, left := s.block, m.blocksOf(s); left > 0; b, left = b.next, left-1 {
		b.users++
	}
}

// dropSpan ends a use of all blocks of s.
func (m *memory) dropSpan(s span) {
	for b, left := s.block, m.blocksOf(s); left > 0; left-- {
		next := b.next // read first: the block may be handed out again
		m.drop(b)
		b = next
	}
}

// at returns the block and the place of row number row of s, counted from its first row.
func (m *memory) at(s span, row int) (*block, int) {
	b, i := s.block, s.offset+row
	for ; i >= m.blockRows; i -= m.blockRows {
		b = b.next
	}
	return b, i
}
