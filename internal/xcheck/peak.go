package main

/*
#include <immintrin.h>

// More chains of fused multiply-adds than latency times ports, so that only the ports are the limit.
enum { chains = 12 };

__attribute__((target("avx512f"), optimize("unroll-loops")))
static float wide(long turns) {
	__m512 sum[chains], x = _mm512_set1_ps(0.5f);
	for (int i = 0; i < chains; i++) sum[i] = _mm512_set1_ps(i);
	for (long turn = 0; turn < turns; turn++) {
		for (int i = 0; i < chains; i++) sum[i] = _mm512_fmadd_ps(sum[i], x, x);
		__asm__ volatile("");
	}
	for (int i = 1; i < chains; i++) sum[0] = _mm512_add_ps(sum[0], sum[i]);
	return _mm512_cvtss_f32(sum[0]);
}

__attribute__((target("avx2,fma"), optimize("unroll-loops")))
static float narrow(long turns) {
	__m256 sum[chains], x = _mm256_set1_ps(0.5f);
	for (int i = 0; i < chains; i++) sum[i] = _mm256_set1_ps(i);
	for (long turn = 0; turn < turns; turn++) {
		for (int i = 0; i < chains; i++) sum[i] = _mm256_fmadd_ps(sum[i], x, x);
		__asm__ volatile("");
	}
	for (int i = 1; i < chains; i++) sum[0] = _mm256_add_ps(sum[0], sum[i]);
	return _mm256_cvtss_f32(sum[0]);
}

// multiply_adds runs the loop with the widest vectors there are and returns their lanes.
static int multiply_adds(long turns, float *result) {
	if (__builtin_cpu_supports("avx512f")) {
		*result = wide(turns);
		return 16;
	}
	*result = narrow(turns);
	return 8;
}
*/
import "C"

import (
	"math"
	"time"
)

// peak measures the most that one thread of this CPU can do, in GFLOP/s: fused multiply-adds that
// wait for nothing and touch no memory.
func peak() float64 {
	const turns, chains = 100_000, 12
	best, lanes, result := math.Inf(1), C.int(0), C.float(0)
	for range 200 {
		begin := time.Now()
		lanes = C.multiply_adds(turns, &result)
		best = min(best, time.Since(begin).Seconds())
	}
	return 2 * turns * chains * float64(lanes) / best / 1e9
}
