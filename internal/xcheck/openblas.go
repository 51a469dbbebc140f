package main

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stddef.h>

typedef void (*sgemm_function)(int order, int transpose_a, int transpose_b, int m, int n, int k,
	float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);

static sgemm_function sgemm;
static void (*set_threads)(int);
static char *(*configuration)(void);

// load returns what is missing, or NULL.
static const char *load(const char *library) {
	void *handle = dlopen(library, RTLD_NOW);
	if (!handle) return dlerror();
	sgemm = (sgemm_function)dlsym(handle, "cblas_sgemm");
	set_threads = (void (*)(int))dlsym(handle, "openblas_set_num_threads");
	configuration = (char *(*)(void))dlsym(handle, "openblas_get_config");
	return sgemm && set_threads && configuration ? NULL : "no cblas_sgemm in the library";
}

static void call_set_threads(int count) { set_threads(count); }
static char *call_configuration(void) { return configuration(); }

static void multiply(int transpose_a, int transpose_b, int m, int n, int k,
	const float *a, int lda, const float *b, int ldb, float *c) {
	enum { row_major = 101, as_it_is = 111, transposed = 112 };
	sgemm(row_major, transpose_a ? transposed : as_it_is, transpose_b ? transposed : as_it_is,
		m, n, k, 1, a, lda, b, ldb, 0, c, n);
}
*/
import "C"

import (
	"fmt"
	"os"

	"golang.org/x/sys/cpu"

	"github.com/reverie-rl/reverie/internal/kernel"
)

// library is what the dynamic linker is asked for. Debian has it in libopenblas0-pthread.
const library = "libopenblas.so.0"

// coreVariable names the kernels that OpenBLAS shall use. Left to itself it takes those of the oldest
// CPUs, at a fifth of the speed, on every CPU that is newer than it is.
const coreVariable = "OPENBLAS_CORETYPE"

// bestCore is OpenBLAS's name for the kernels that suit this CPU best.
func bestCore() string {
	switch {
	case cpu.X86.HasAVX512BF16:
		return "Cooperlake"
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL:
		return "SkylakeX"
	}
	return "Haswell"
}

// openBLAS loads the peer and returns its description, which ends with the kernels it chose.
func openBLAS() (description string, err error) {
	if os.Getenv(coreVariable) == "" {
		os.Setenv(coreVariable, bestCore())
	}
	if missing := C.load(C.CString(library)); missing != nil {
		return "", fmt.Errorf("OpenBLAS is not here (%s): install %s, on Debian with the package libopenblas0-pthread",
			C.GoString(missing), library)
	}
	return C.GoString(C.call_configuration()), nil
}

// setThreads sets how many threads OpenBLAS may use.
func setThreads(count int) { C.call_set_threads(C.int(count)) }

// peerMultiply computes a Product without a bias with OpenBLAS.
func peerMultiply(p kernel.Product, c, a, b []float32) {
	aRow, bRow := p.K, p.N
	if p.TransposeA {
		aRow = p.M
	}
	if p.TransposeB {
		bRow = p.K
	}
	C.multiply(truth(p.TransposeA), truth(p.TransposeB), C.int(p.M), C.int(p.N), C.int(p.K),
		(*C.float)(&a[0]), C.int(aRow), (*C.float)(&b[0]), C.int(bRow), (*C.float)(&c[0]))
}

func truth(set bool) C.int {
	if set {
		return 1
	}
	return 0
}
