package grad

// OperationsWithRules lists the operations that have a gradient.
func OperationsWithRules() []string {
	var names []string
	for o, rule := range rules {
		if rule != nil {
			names = append(names, op(o).String())
		}
	}
	return names
}

// Copy is the value in memory of its own.
func (v *Value) Copy() *Value { return v.unary(opCopy) }

// MatMulTransposed is the product of matrices, each transposed if its flag says so.
func (v *Value) MatMulTransposed(b *Value, transposeA, transposeB bool) *Value {
	return v.matMul(b, transposeA, transposeB)
}

// Operations lists every operation.
func Operations() []string { return opNames[:] }
