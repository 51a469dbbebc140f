package kernel

func (x *products) multiplyBlock(p Block, c, a, b, start []float32) {
	if p.M == 0 || p.N == 0 {
		return
	}
	p.check(len(c), len(a), len(b), len(start))
	if p.K == 0 {
		for i := range p.M {
			begin(&p, c[i*p.CRow:][:p.N], start, i)
		}
		return
	}
	o := operands{a: a, b: b, c: c, start: start, layout: layout{
		Product: Product{M: p.M, N: p.N, K: p.K},
		aRow:    p.ARow, aColumn: p.AColumn, bRow: p.BRow, cRow: p.CRow, startRow: p.StartRow,
	}}
	x.panels(&o, &tile{region: region{bottom: p.M, right: p.N}, division: x.divide(p.M, false)})
}
