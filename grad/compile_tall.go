package grad

// tall is how the rows of an array [length, inner] are added up where they are many or short, such as
// the gradient of a bias: in groups that make runs long enough, and in parts that workers can share.
type tall struct {
	group   int // rows that make a run
	groups  int // whole groups
	perPart int // groups in a part
	parts   int
}

const (
	tallRun   = 256 // elements that a run has at least
	tallParts = 64  // most parts
)

// isTall tells whether rows are so many or so short that it pays to add up parts of them first.
func isTall(length, inner int) bool {
	size := length * inner
	return inner > 1 && inner <= 2*tallRun && (size > 8*chunk || inner < 16 && size > 8*tallRun)
}

func tallOf(length, inner int) tall {
	t := tall{group: tilesOf(tallRun, inner)}
	t.groups = length / t.group
	t.perPart = max(chunk/(t.group*inner), tilesOf(t.groups, tallParts))
	t.parts = tilesOf(t.groups, t.perPart)
	return t
}

// tallSum adds up each part of the groups, and then the parts and the rows of a group.
func (e *Executable[T]) tallSum(v *Value, out, x, partial []T) []step {
	outer, length, inner := around(v)
	t, add := tallOf(length, inner), e.set.Add
	run := t.group * inner
	adding := one(outer*t.parts, func(tile int) {
		block, part := x[tile/t.parts*length*inner:][:length*inner], tile%t.parts
		first, last := tileRange(part, t.groups, t.perPart)
		sum := partial[tile*run : (tile+1)*run]
		copy(sum, block[first*run:])
		for i := first + 1; i < last; i++ {
			add(sum, sum, block[i*run:(i+1)*run])
		}
		if rest := block[t.groups*run:]; part == t.parts-1 {
			add(sum[:len(rest)], sum[:len(rest)], rest)
		}
	})
	return append(adding, step{tiles: outer, run: func(block int) {
		sums := partial[block*t.parts*run : (block+1)*t.parts*run]
		for part := 1; part < t.parts; part++ {
			add(sums[:run], sums[:run], sums[part*run:(part+1)*run])
		}
		dst := out[block*inner : (block+1)*inner]
		copy(dst, sums)
		for row := 1; row < t.group; row++ {
			add(dst, dst, sums[row*inner:(row+1)*inner])
		}
	}})
}
