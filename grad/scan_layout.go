package grad

import "slices"

// scanLayout tells where in a scan's memory its parts begin, in elements.
type scanLayout struct {
	kept    []bool // carries of which all steps are kept, behind each other, from the initial one on
	carries []int  // all steps of a carry that is kept, else the carry after the last step
	stacks  []int
	size    int
}

func (s *scan) layout() scanLayout {
	l := scanLayout{stacks: make([]int, len(s.stacks))}
	take := func(size int) int {
		start := l.size
		l.size += (size + alignment - 1) / alignment * alignment
		return start
	}
	for i, next := range s.next {
		stack := slices.Index(s.stacks, next)
		kept := s.find(partEntries, i) || stack >= 0 && s.find(partStack, stack)
		size := next.shape.Size()
		if kept {
			size *= s.length + 1
		}
		l.kept, l.carries = append(l.kept, kept), append(l.carries, take(size))
	}
	for i, stack := range s.stacks {
		if carry := slices.Index(s.next, stack); carry >= 0 {
			l.stacks[i] = l.carries[carry] + s.after(0)*stack.shape.Size()
		} else if s.find(partStack, i) {
			l.stacks[i] = take(s.length * stack.shape.Size())
		}
	}
	return l
}

// before and after tell which of the length+1 states of a carry the step at index begins and ends with.
func (s *scan) before(index int) int {
	if s.reverse {
		return index + 1
	}
	return index
}

func (s *scan) after(index int) int {
	if s.reverse {
		return index
	}
	return index + 1
}

// offset is where a part begins in the memory of its scan.
func (p *Value) offset() int {
	s := p.inputs[0].scan
	l := s.layout()
	switch p.part {
	case partStack:
		return l.stacks[p.index]
	case partEntries:
		return l.carries[p.index] + s.before(0)*s.next[p.index].shape.Size()
	}
	if !l.kept[p.index] {
		return l.carries[p.index]
	}
	last := s.after(s.length - 1)
	if s.reverse {
		last = s.after(0)
	}
	return l.carries[p.index] + last*s.next[p.index].shape.Size()
}
