package dataset

import (
	"errors"
	"fmt"

	"github.com/reverie-rl/reverie/replay"
)

// assembler makes episodes of the blocks of a file. Its methods report whether more is wanted.
type assembler struct {
	path    string
	columns *columns
	bound   binding
	yield   func(*Episode, error) bool

	row     int64    // number of the first row of the block in the file
	episode *Episode // that is open, or nil
	begin   int64    // number of its first row
	faulty  bool     // something was wrong with it
}

// fault reports what is wrong with a row, and that the open episode is not to be used.
func (a *assembler) fault(row int64, reason error) bool {
	id := ""
	if a.episode != nil {
		id = a.episode.ID
	}
	a.faulty = true
	return a.yield(nil, &Fault{a.path, row, id, reason.Error()})
}

// broken reports a row group that cannot be read. The episode before it is lost.
func (a *assembler) broken(err error) bool {
	a.episode = nil
	var at rowError
	row := a.row
	if errors.As(err, &at) {
		row += int64(at.row)
	}
	return a.fault(row, err)
}

// add adds the rows of a block, episode by episode.
func (a *assembler) add(b *block) bool {
	for begin := 0; begin < len(b.ids); {
		end := begin + 1
		for !b.last[end-1] && end < len(b.ids) && b.ids[end] == b.ids[begin] {
			end++
		}
		if !a.addPart(b, begin, end) {
			return false
		}
		begin = end
	}
	return true
}

// addPart adds the rows [begin, end), which belong to one episode.
func (a *assembler) addPart(b *block, begin, end int) bool {
	if a.episode != nil && a.episode.ID != b.ids[begin] && !a.unended() {
		return false
	}
	isFirst := a.episode == nil
	if isFirst {
		a.begin, a.faulty = a.row+int64(begin), false
		a.episode = &Episode{ID: b.ids[begin], Schema: a.columns.schema, Rows: new(replay.Rows)}
	}
	for i := begin; i < end; i++ {
		if err := b.checkFlags(i, isFirst && i == begin); err != nil && !a.fault(a.row+int64(i), err) {
			return false
		}
	}
	size := a.columns.schema.Physics.Size
	a.episode.extend(b.rows.Slice(a.columns.schema.Layout, begin, end), b.physics[begin*size:end*size])
	if !b.last[end-1] {
		return true
	}
	return a.end(b, end-1)
}

// checkFlags tells what of the flags of row i contradicts its place in the episode, or what it lacks.
func (b *block) checkFlags(i int, isFirst bool) error {
	terminal, truncated := b.terminal[i], b.truncated != nil && b.truncated[i]
	switch {
	case b.first != nil && b.first[i] != isFirst:
		return fmt.Errorf("%s is %v, but whether an episode begins here is %v", isFirstColumn, b.first[i], isFirst)
	case terminal && truncated:
		return fmt.Errorf("%s and %s are both true", isTerminalColumn, isTruncatedColumn)
	case !b.last[i] && (terminal || truncated):
		return fmt.Errorf("%s or %s is true, but %s is not", isTerminalColumn, isTruncatedColumn, isLastColumn)
	case !b.last[i] && b.missing[i] != "":
		return fmt.Errorf("%s is null, but it is not the last row of its episode", b.missing[i])
	}
	return nil
}

// end passes on the open episode, whose final row is row i of the block.
func (a *assembler) end(b *block, i int) bool {
	e := a.episode
	switch {
	case b.terminal[i]:
		e.End = Terminated
	case b.truncated == nil || b.truncated[i]:
		e.End = Truncated
	default:
		e.End = Cut
	}
	makeFinal(e.Schema.Layout, e.Rows, e.Steps())
	a.complete(e)
	wanted := true
	e.faults(a.columns, func(row int, reason error) {
		wanted = wanted && a.fault(a.begin+int64(row), reason)
	})
	a.episode = nil
	return wanted && (a.faulty || a.yield(e, nil))
}

// complete fills in what files of other tools may leave out: steps count from 0, and discounts are 1, but
// for the last one before a terminal observation.
func (a *assembler) complete(e *Episode) {
	steps := e.Steps()
	if a.bound.step == nil {
		for i := range e.Rows.Step {
			e.Rows.Step[i] = int64(i)
		}
	}
	if a.discount() != nil {
		return
	}
	for i := range steps {
		e.Rows.Discount[i] = 1
	}
	if e.End == Terminated && steps > 0 {
		e.Rows.Discount[steps-1] = 0
	}
}

// discount is where the discounts are.
func (a *assembler) discount() *leaf {
	for k, v := range a.columns.vectors {
		if v.name == discountColumn {
			return a.bound.vectors[k]
		}
	}
	return nil
}

// unended reports that the open episode has no last row.
func (a *assembler) unended() bool {
	wanted := a.fault(a.begin, fmt.Errorf("the episode begins here and has no row with %s", isLastColumn))
	a.episode = nil
	return wanted
}

// finish ends the file. An episode does not go on in another one.
func (a *assembler) finish() bool { return a.episode == nil || a.unended() }
