package kernel

import "github.com/reverie-rl/reverie/internal/rng"

// avx512 is the Set of the kernels in kernels_avx512_amd64.s.
func avx512() *Set[float32] {
	s := &Set[float32]{
		Name: "avx512",

		Neg:      checked(avx512Neg),
		Abs:      checked(avx512Abs),
		Sign:     checked(avx512Sign),
		Square:   checked(avx512Square),
		Sqrt:     checked(avx512Sqrt),
		Exp:      checked(avx512Exp),
		Log:      checked(avx512Log),
		Erf:      checked(avx512Erf),
		Tanh:     checked(avx512Tanh),
		Sigmoid:  checked(avx512Sigmoid),
		Softplus: checked(avx512Softplus),
		ELU:      checked(avx512ELU),
		SiLU:     checked(avx512SiLU),
		ReLU:     checked(avx512ReLU),

		Add:     checkedPair(avx512Add),
		Sub:     checkedPair(avx512Sub),
		Mul:     checkedPair(avx512Mul),
		Div:     checkedPair(avx512Div),
		Max:     checkedPair(avx512Max),
		Min:     checkedPair(avx512Min),
		Greater: checkedPair(avx512Greater),

		AddScalar:     checkedScalar(avx512AddScalar),
		MulScalar:     checkedScalar(avx512MulScalar),
		DivScalar:     checkedScalar(avx512DivScalar),
		MaxScalar:     checkedScalar(avx512MaxScalar),
		MinScalar:     checkedScalar(avx512MinScalar),
		GreaterScalar: checkedScalar(avx512GreaterScalar),
		SubFromScalar: checkedScalar(avx512SubFromScalar),
		DivIntoScalar: checkedScalar(avx512DivIntoScalar),
		LessScalar:    checkedScalar(avx512LessScalar),

		TanhGradient:     checkedPair(avx512TanhGradient),
		SigmoidGradient:  checkedPair(avx512SigmoidGradient),
		ELUGradient:      checkedPair(avx512ELUGradient),
		SiLUGradient:     checkedPair(avx512SiLUGradient),
		SoftplusGradient: checkedPair(avx512SoftplusGradient),
		Where:            checkedTriple(avx512Where),
		FromBytes:        checkedBytes(16, avx512FromBytes),
		MulAdd:           checkedPair(avx512MulAdd),
		AddScaled:        checkedScalar(avx512AddScaled),

		Sum:        avx512Sum,
		SumSquares: avx512SumSquares,
		Maximum:    avx512Maximum,
		Dot:        checkedDot(avx512Dot),

		Standardise:         checkedStandardise(avx512Standardise),
		StandardiseGradient: checkedStandardiseGradient(avx512StandardiseGradient),
		Adam:                checkedAdam(avx512Adam),
		Uniform:             filling(rng.Uniform[float32], 16, avx512Uniform),
		Normal:              filling(rng.Normal[float32], 16, avx512Normal),
	}
	avx512Products().install(s)
	return s
}

func avx512Products() *products {
	return &products{
		lanes:       16,
		dots:        avx512Dots,
		transpose8:  avx512Transpose8,
		transpose16: avx512Transpose16,
		micro: [5][]microKernel{
			1: {
				avx512Multiply1x1, avx512Multiply2x1, avx512Multiply3x1,
				avx512Multiply4x1, avx512Multiply5x1, avx512Multiply6x1,
				avx512Multiply7x1, avx512Multiply8x1, avx512Multiply9x1,
				avx512Multiply10x1, avx512Multiply11x1, avx512Multiply12x1,
			},
			2: {
				avx512Multiply1x2, avx512Multiply2x2, avx512Multiply3x2,
				avx512Multiply4x2, avx512Multiply5x2, avx512Multiply6x2,
				avx512Multiply7x2, avx512Multiply8x2, avx512Multiply9x2,
				avx512Multiply10x2, avx512Multiply11x2, avx512Multiply12x2,
			},
			4: {
				avx512Multiply1x4, avx512Multiply2x4, avx512Multiply3x4,
				avx512Multiply4x4, avx512Multiply5x4, avx512Multiply6x4,
			},
		},
	}
}
