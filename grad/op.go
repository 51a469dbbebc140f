package grad

// op is a primitive operation. The executor gives each a meaning (compile.go) and the rule table a
// gradient (rules.go); everything else in the engine treats operations alike.
type op uint8

const (
	opInput    op = iota // filled by the caller before each run
	opTyped              // likewise, in a type that must be converted
	opRead               // a parameter's value when the run began
	opConstant           // one number, of shape []
	opNormal             // independent standard normal numbers
	opUniform            // independent numbers, uniform on (0, 1)

	opNeg
	opAbs
	opSign
	opSquare
	opSqrt
	opExp
	opLog
	opErf
	opSin
	opCos
	opTanh
	opSigmoid
	opSoftplus
	opELU
	opSiLU
	opReLU

	opAdd
	opSub
	opMul
	opDiv
	opMax
	opMin
	opGreater

	opTanhGradient     // (y, g)
	opSigmoidGradient  // (y, g)
	opELUGradient      // (y, g)
	opSiLUGradient     // (x, g)
	opSoftplusGradient // (x, g)

	opMatMul // (a, b) or (a, b, bias)
	opBatchMatMul
	opSum // over one axis, kept with size 1
	opMaximum
	opStandardise
	opStandardiseGradient // (x, g)

	opReshape
	opStop            // the same value, with no gradient
	opCustom          // the same value, with another gradient
	opStraightThrough // the same value, with the gradient of another
	opBroadcast
	opTranspose
	opConcat
	opSlice
	opEmbed // the gradient of opSlice: zeros around the input
	opGather
	opScatter // the gradient of opGather
	opOneHot
	opPatches    // the windows on an image
	opOverlapAdd // the gradient of opPatches
	opWhere      // (mask, a, b)
	opArgMax
	opTopK       // the values, and behind them their indices
	opRecurrence // (x) or (x, decay)

	opConvolve           // (images, kernel) or (images, kernel, bias): a product with Patches
	opConvolveTransposed // (grid, kernel) or (grid, kernel, bias): the OverlapAdd of a product
	opConvolveKernel     // (images, grid): a product of transposed Patches

	opCopy
	opCall

	opScan    // see Scan
	opPart    // a part of a scan's result
	opCarry   // in a scan's body: what the step before handed on
	opElement // in a scan's body: the part of an array that belongs to the step

	opAssign // effect: sets a parameter
	opAdam   // effect: (gradient, scale, rate, step) moves a parameter and its moments

	opCount
)

var opNames = [opCount]string{
	"input", "typed", "read", "constant", "normal", "uniform",
	"neg", "abs", "sign", "square", "sqrt", "exp", "log", "erf", "sin", "cos", "tanh", "sigmoid", "softplus", "elu", "silu", "relu",
	"add", "sub", "mul", "div", "max", "min", "greater",
	"tanh_gradient", "sigmoid_gradient", "elu_gradient", "silu_gradient", "softplus_gradient",
	"matmul", "batch_matmul", "sum", "maximum", "standardise", "standardise_gradient",
	"reshape", "stop", "custom", "straight_through", "broadcast", "transpose", "concat", "slice", "embed",
	"gather", "scatter", "one_hot",
	"patches", "overlap_add",
	"where", "argmax", "topk", "recurrence",
	"convolve", "convolve_transposed", "convolve_kernel",
	"copy", "call", "scan", "part", "carry", "element",
	"assign", "adam",
}

func (o op) String() string { return opNames[o] }

func (o op) unary() bool     { return o >= opNeg && o <= opReLU }
func (o op) binary() bool    { return o >= opAdd && o <= opSoftplusGradient }
func (o op) effect() bool    { return o >= opAssign }
func (o op) pointwise() bool { return o.unary() || o.binary() }

// alias tells that the operation's result is its input's memory seen differently.
func (o op) alias() bool {
	return o == opReshape || o == opStop || o == opCustom || o == opStraightThrough || o == opPart
}

// alongside tells that an element, or a row, of the result depends only on the same element, or row, of
// inputs of its size.
func (o op) alongside() bool {
	return o.pointwise() || o == opWhere || o == opCopy || o == opStandardise || o == opStandardiseGradient
}

// reduces tells that the operation makes one element of each row of its input.
func (o op) reduces() bool { return o == opSum || o == opMaximum }

// random tells that the operation draws numbers.
func (o op) random() bool { return o == opNormal || o == opUniform }

// placeholder tells that the value is a name in a scan's body for memory that others fill.
func (o op) placeholder() bool { return o == opCarry || o == opElement }
