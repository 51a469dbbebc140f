package kernel

import "github.com/reverie-rl/reverie/internal/rng"

// avx2 is the Set of the kernels in kernels_avx2_amd64.s.
func avx2() *Set[float32] {
	s := &Set[float32]{
		Name: "avx2",

		Neg:      checked(avx2Neg),
		Abs:      checked(avx2Abs),
		Sign:     checked(avx2Sign),
		Square:   checked(avx2Square),
		Sqrt:     checked(avx2Sqrt),
		Exp:      checked(avx2Exp),
		Log:      checked(avx2Log),
		Erf:      checked(avx2Erf),
		Tanh:     checked(avx2Tanh),
		Sigmoid:  checked(avx2Sigmoid),
		Softplus: checked(avx2Softplus),
		ELU:      checked(avx2ELU),
		SiLU:     checked(avx2SiLU),
		ReLU:     checked(avx2ReLU),

		Add:     checkedPair(avx2Add),
		Sub:     checkedPair(avx2Sub),
		Mul:     checkedPair(avx2Mul),
		Div:     checkedPair(avx2Div),
		Max:     checkedPair(avx2Max),
		Min:     checkedPair(avx2Min),
		Greater: checkedPair(avx2Greater),

		AddScalar:     checkedScalar(avx2AddScalar),
		MulScalar:     checkedScalar(avx2MulScalar),
		DivScalar:     checkedScalar(avx2DivScalar),
		MaxScalar:     checkedScalar(avx2MaxScalar),
		MinScalar:     checkedScalar(avx2MinScalar),
		GreaterScalar: checkedScalar(avx2GreaterScalar),
		SubFromScalar: checkedScalar(avx2SubFromScalar),
		DivIntoScalar: checkedScalar(avx2DivIntoScalar),
		LessScalar:    checkedScalar(avx2LessScalar),

		TanhGradient:     checkedPair(avx2TanhGradient),
		SigmoidGradient:  checkedPair(avx2SigmoidGradient),
		ELUGradient:      checkedPair(avx2ELUGradient),
		SiLUGradient:     checkedPair(avx2SiLUGradient),
		SoftplusGradient: checkedPair(avx2SoftplusGradient),
		Where:            checkedTriple(avx2Where),
		FromBytes:        checkedBytes(8, avx2FromBytes),
		MulAdd:           checkedPair(avx2MulAdd),
		AddScaled:        checkedScalar(avx2AddScaled),

		Sum:        avx2Sum,
		SumSquares: avx2SumSquares,
		Maximum:    avx2Maximum,
		Dot:        checkedDot(avx2Dot),

		Standardise:         checkedStandardise(avx2Standardise),
		StandardiseGradient: checkedStandardiseGradient(avx2StandardiseGradient),
		Adam:                checkedAdam(avx2Adam),
		Uniform:             filling(rng.Uniform[float32], 8, avx2Uniform),
		Normal:              filling(rng.Normal[float32], 8, avx2Normal),
	}
	avx2Products().install(s)
	return s
}

func avx2Products() *products {
	return &products{
		lanes:      8,
		dots:       avx2Dots,
		transpose8: avx2Transpose8,
		micro: [5][]microKernel{
			1: {
				avx2Multiply1x1, avx2Multiply2x1, avx2Multiply3x1,
				avx2Multiply4x1, avx2Multiply5x1, avx2Multiply6x1,
			},
			2: {
				avx2Multiply1x2, avx2Multiply2x2, avx2Multiply3x2,
				avx2Multiply4x2, avx2Multiply5x2, avx2Multiply6x2,
			},
			4: {
				avx2Multiply1x4, avx2Multiply2x4,
			},
		},
	}
}
