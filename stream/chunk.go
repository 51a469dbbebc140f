package stream

import (
	"github.com/reverie-rl/reverie/replay"
)

// format is the version of chunks. A reader refuses those of a higher one.
const format = 1

// Kinds of rows.
const (
	Acted      = iota // an action was taken there
	Terminated        // the final observation of an episode that the task ended
	Truncated         // the final observation of an episode that a time limit ended
	Cut               // the final observation of an episode that was given up
)

// Header describes a chunk.
type Header struct {
	Format   int      `json:"format"`
	Log      string   `json:"log,omitempty"` // identity of the log that it was written to
	Writer   string   `json:"writer"`
	Sequence uint64   `json:"sequence"` // of the chunk among the writer's, from 1
	Epoch    int      `json:"epoch"`    // how often the writer's history was replaced before
	First    int64    `json:"first"`    // number of the first row among the writer's, from 0
	Rows     int      `json:"rows"`     // whole ones
	Open     bool     `json:"open"`     // the episode goes on: one more row holds the next observation alone
	Versions []uint64 `json:"versions"` // lowest and highest version of the weights that chose the actions
	Schema   Schema   `json:"schema"`
	Columns  []column `json:"columns"`
}

// Chunk is consecutive rows of one writer.
type Chunk struct {
	Header
	Message uint64       // its sequence in the log; 0 before it is there
	Data    *replay.Rows // Rows rows, and one more if the chunk is Open
	Kinds   []byte       // [Rows]: Acted, Terminated, Truncated or Cut
	Physics []float64    // [as many rows as Data, Schema.Physics.Size]
}

// End is the number of the row after the last whole one.
func (h Header) End() int64 { return h.First + int64(h.Rows) }

// length is the number of rows with an observation.
func (h Header) length() int {
	if h.Open {
		return h.Rows + 1
	}
	return h.Rows
}

// slice returns the rows [begin, end) by their numbers, of which the chunk must have one or more. They
// share the memory of c.
func (c *Chunk) slice(begin, end int64) *Chunk {
	from, to := int(begin-c.First), int(end-c.First)
	part := &Chunk{Header: c.Header, Message: c.Message}
	part.First, part.Rows = begin, to-from
	part.Open = c.Kinds[to-1] == Acted
	size := c.Schema.Physics.Size
	part.Kinds = c.Kinds[from:to]
	part.Data = c.Data.Slice(c.Schema.Layout, from, from+part.length())
	part.Physics = c.Physics[from*size : (from+part.length())*size]
	return part
}
