//go:build cgo

package arm

import ("testing"; "time"; "math/rand/v2"; "image/png"; "os")

func TestProbe(t *testing.T) {
	e, err := New("arm/planar_lift", 1, Config{})
	if err != nil { t.Fatal(err) }
	s, err := e.Reset()
	if err != nil { t.Fatal(err) }
	for i, o := range e.Observations() { t.Log(o.Name, s.Observation[i].Float64) }
	start := time.Now()
	for range 2000 {
		if _, err := e.Step([]float64{rand.Float64()*2-1, rand.Float64()*2-1, rand.Float64()*2-1}); err != nil { t.Fatal(err) }
	}
	t.Log(2000/time.Since(start).Seconds(), "steps/s")
	x := e.(*Environment)
	x.Reset()
	for c, n := range x.Cameras() {
		for _, size := range []int{32,64,512} {
		p, err := x.Render(c, size, size); if err != nil { t.Fatal(err) }
		f, _ := os.Create("/tmp/arm_tmp/"+n+map[int]string{32:"s",64:"m",512:"l"}[size]+".png"); png.Encode(f, p); f.Close()
		}
	}
}
