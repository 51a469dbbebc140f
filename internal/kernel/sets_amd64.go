package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C ../../tools ./kernelgen ../internal/kernel

// Sets lists every Set this CPU can run, quickest first.
func Sets() []*Set[float32] {
	x := cpu.X86
	hasAVX2 := x.HasAVX2 && x.HasFMA && x.HasBMI2
	hasAVX512 := hasAVX2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL
	var sets []*Set[float32]
	if hasAVX512 {
		sets = append(sets, avx512())
	}
	if hasAVX2 {
		sets = append(sets, avx2())
	}
	return append(sets, Reference[float32]())
}
