package kernel

import (
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns a copy of x that ends where readable memory ends, so that a kernel that touches
// what follows it does not survive.
func guarded(t *testing.T, x []float32) []float32 {
	t.Helper()
	page := syscall.Getpagesize()
	size := (4*len(x) + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Skip("no memory to map: ", err)
	}
	t.Cleanup(func() { syscall.Munmap(memory) })
	if err := syscall.Mprotect(memory[size:], syscall.PROT_NONE); err != nil {
		t.Skip("no memory to protect: ", err)
	}
	if len(x) == 0 {
		return x
	}
	y := unsafe.Slice((*float32)(unsafe.Pointer(&memory[size-4*len(x)])), len(x))
	copy(y, x)
	return y
}

func TestNothingIsReadBeyondTheEnd(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for n := range 70 {
			x, dst := guarded(t, normal(source, n)), guarded(t, make([]float32, n))
			s.Log(dst, x)
			s.Maximum(x)
			s.Dot(x, dst)
			s.Standardise(dst, x, 1)
			bytes := unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(x))), 4*n)[min(n, n%4):]
			s.FromBytes(make([]float32, len(bytes)), bytes)
		}
		for flags := range 8 {
			for size := 1; size < 40; size += 3 {
				p := Product{TransposeA: flags&1 > 0, TransposeB: flags&2 > 0, Bias: flags&4 > 0}
				p.M, p.N, p.K = size, 40-size, 17
				multiplyGuarded(t, s, p)
			}
			multiplyGuarded(t, s, Product{M: 1, N: 67, K: 9, TransposeA: flags&1 > 0, TransposeB: flags&2 > 0, Bias: flags&4 > 0})
		}
	})
}

func TestBlocksReadNothingBeyondTheEnd(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for size := 1; size < 40; size += 3 {
			for _, p := range []Block{
				{M: size, N: 40 - size, K: 17, ARow: 20, AColumn: 1, BRow: 41, CRow: 50},
				{M: size, N: 40 - size, K: 5, ARow: 1, AColumn: 50, BRow: 3, CRow: 41, StartRow: 43},
			} {
				m := randomBlock(p)
				for _, x := range []*[]float32{&m.a, &m.b, &m.c, &m.start} {
					*x = guarded(t, *x)
				}
				s.MultiplyBlock(p, m.c, m.a, m.b, m.start)
			}
		}
	})
}

func multiplyGuarded(t *testing.T, s *Set[float32], p Product) {
	t.Helper()
	m := randomMatrices(s, p, 1)
	for _, x := range []*[]float32{&m.a, &m.b, &m.c, &m.packed, &m.bias} {
		*x = guarded(t, *x)
	}
	m.multiply(s, p)
}
