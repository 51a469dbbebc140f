package stream

// located is the header of a chunk and where it is.
type located struct {
	Header
	message uint64
}

// piece is the rows of a message that are part of a writer's history.
type piece struct {
	begin, end int64
	message    uint64
}

// history returns the rows of a writer, in their order, without those that later chunks replaced, from the
// headers of its chunks in the order of the log. Chunks of an epoch above the last one asked for do not
// count. There are gaps where chunks are missing.
func history(chunks []located, epoch int) []piece {
	var pieces []piece
	for _, chunk := range chunks {
		if chunk.Epoch > epoch {
			continue
		}
		for len(pieces) > 0 && pieces[len(pieces)-1].begin >= chunk.First {
			pieces = pieces[:len(pieces)-1]
		}
		if last := len(pieces) - 1; last >= 0 {
			pieces[last].end = min(pieces[last].end, chunk.First)
		}
		pieces = append(pieces, piece{chunk.First, chunk.End(), chunk.message})
	}
	return pieces
}

// clip returns the parts of pieces that lie in [begin, end).
func clip(pieces []piece, begin, end int64) []piece {
	var inside []piece
	for _, p := range pieces {
		p.begin, p.end = max(p.begin, begin), min(p.end, end)
		if p.begin < p.end {
			inside = append(inside, p)
		}
	}
	return inside
}

// consecutive returns the pieces from row begin up to the first gap.
func consecutive(pieces []piece, begin int64) []piece {
	for i, p := range pieces {
		if p.begin != begin {
			return pieces[:i]
		}
		begin = p.end
	}
	return pieces
}

// Range is the rows [Begin, End).
type Range struct{ Begin, End int64 }
