package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector is a register that holds target.lanes elements.
type vector = reg.VecVirtual

// mask selects lanes: an opmask register with AVX-512, a vector of all-ones or zero with AVX2.
type mask = reg.Register

// target emits instructions for one instruction set. Its vector operations take values and return
// a new one; avo's register allocator turns that into few registers, and the moves it leaves
// behind are free on every CPU with AVX2.
type target struct {
	*build.Context
	name   string
	wide   bool // AVX-512
	lanes  int  // elements in a vector
	tables map[string]operand.Mem
	labels int
}

func newTarget(name string) *target {
	t := &target{Context: build.NewContext(), name: name, lanes: 8, tables: map[string]operand.Mem{}}
	if name == "avx512" {
		t.wide, t.lanes = true, 16
	}
	t.ConstraintExpr("amd64")
	return t
}

// function begins a kernel called, say, avx2Exp.
func (t *target) function(name, signature, doc string) {
	t.Function(t.name + name)
	t.Attributes(attr.NOSPLIT)
	t.SignatureExpr(signature)
	t.Pragma("noescape")
	t.Doc(strings.Split(t.name+name+" "+doc, "\n")...)
}

// finish ends a kernel.
func (t *target) finish() {
	t.VZEROUPPER()
	t.RET()
}

// label returns a name that no other label has.
func (t *target) label(name string) string {
	t.labels++
	return fmt.Sprintf("%s%d", name, t.labels)
}

// argument loads an integer or a pointer.
func (t *target) argument(name string) reg.GPVirtual {
	r := t.GP64()
	t.Load(t.Param(name), r)
	return r
}

// stride loads a distance in elements and returns it in bytes.
func (t *target) stride(name string) reg.GPVirtual {
	r := t.argument(name)
	t.SHLQ(operand.U8(2), r)
	return r
}

// base loads the address of a slice's first element.
func (t *target) base(name string) reg.GPVirtual {
	r := t.GP64()
	t.Load(t.Param(name).Base(), r)
	return r
}

// bases loads the addresses of the first elements of several slices.
func (t *target) bases(names []string) []reg.GPVirtual {
	var all []reg.GPVirtual
	for _, name := range names {
		all = append(all, t.base(name))
	}
	return all
}

// length loads the length of a slice.
func (t *target) length(name string) reg.GPVirtual {
	r := t.GP64()
	t.Load(t.Param(name).Len(), r)
	return r
}

// everywhere loads a number argument into every lane.
func (t *target) everywhere(name string) vector {
	a, err := t.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return t.broadcast(a.Addr)
}

// result stores the first lane of v as what the kernel returns.
func (t *target) result(v vector) {
	r, err := t.ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	t.VMOVSS(v.AsX(), r.Addr)
}

func (t *target) vector() vector {
	if t.wide {
		return t.ZMM()
	}
	return t.YMM()
}

func (t *target) broadcast(m operand.Mem) vector {
	v := t.vector()
	t.VBROADCASTSS(m, v)
	return v
}

// table places one pattern in every lane of a read-only vector.
func (t *target) table(bits uint32) operand.Mem {
	name := fmt.Sprintf("%sConstant%08x", t.name, bits)
	if m, ok := t.tables[name]; ok {
		return m
	}
	m := t.StaticGlobal(name)
	t.DataAttributes(attr.RODATA | attr.NOPTR)
	for lane := range t.lanes {
		t.AddDatum(4*lane, operand.U32(bits))
	}
	t.tables[name] = m
	return m
}

// bits loads a constant pattern. It is loaded where it is used: load ports are idle where the
// arithmetic is the limit, and registers are few.
func (t *target) bits(pattern uint32) vector {
	v := t.vector()
	t.VMOVUPS(t.table(pattern), v)
	return v
}

// constant loads a constant number.
func (t *target) constant(x float64) vector {
	if x == 0 {
		return t.zero()
	}
	return t.bits(math.Float32bits(float32(x)))
}

func (t *target) zero() vector {
	v := t.vector()
	if t.wide {
		t.VPXORD(v, v, v)
	} else {
		t.VXORPS(v, v, v)
	}
	return v
}

func (t *target) copy(a vector) vector {
	v := t.vector()
	t.VMOVAPS(a, v)
	return v
}

// firstLanes returns the mask of the first n lanes, 0 < n <= lanes. It overwrites n.
func (t *target) firstLanes(n reg.GPVirtual) mask {
	if t.wide {
		ones, k := t.GP32(), t.K()
		t.MOVL(operand.U32(math.MaxUint32), ones)
		t.BZHIL(n.As32(), ones, ones)
		t.KMOVW(ones, k)
		return k
	}
	table, v := t.GP64(), t.vector()
	t.LEAQ(t.laneTable(), table)
	t.NEGQ(n)
	t.VMOVUPS(operand.Mem{Base: table, Disp: 4 * t.lanes, Index: n, Scale: 4}, v)
	return v
}

// laneTable holds a vector of ones followed by a vector of zeros: the window that begins n places
// before the middle is the mask of n lanes.
func (t *target) laneTable() operand.Mem {
	const name = "avx2FirstLanes"
	if m, ok := t.tables[name]; ok {
		return m
	}
	m := t.StaticGlobal(name)
	t.DataAttributes(attr.RODATA | attr.NOPTR)
	for lane := range 2 * t.lanes {
		value := uint32(0)
		if lane < t.lanes {
			value = math.MaxUint32
		}
		t.AddDatum(4*lane, operand.U32(value))
	}
	t.tables[name] = m
	return m
}

// load reads a vector: all of it where lanes is nil, else the chosen lanes with zeros elsewhere.
func (t *target) load(m operand.Mem, lanes mask) vector {
	v := t.vector()
	switch {
	case lanes == nil:
		t.VMOVUPS(m, v)
	case t.wide:
		t.VMOVUPS_Z(m, lanes, v)
	default:
		t.VMASKMOVPS(m, lanes, v)
	}
	return v
}

// store writes a vector: all of it where lanes is nil, else the chosen lanes.
func (t *target) store(v vector, m operand.Mem, lanes mask) {
	switch {
	case lanes == nil:
		t.VMOVUPS(v, m)
	case t.wide:
		t.VMOVUPS(v, lanes, m)
	default:
		t.VMASKMOVPS(v, lanes, m)
	}
}
