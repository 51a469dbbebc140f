//go:build cgo

package control

import "testing"

// BenchmarkNew compiles the models.
func BenchmarkNew(b *testing.B) {
	for _, name := range []string{"cartpole-swingup", "reacher-easy"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				e, err := New("control/"+name, 1, Config{})
				if err != nil {
					b.Fatal(err)
				}
				e.Close()
			}
		})
	}
}
