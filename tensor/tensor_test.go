package tensor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/tensor"
)

func TestBroadcast(t *testing.T) {
	for _, c := range []struct{ a, b, want []int }{
		{nil, nil, []int{}},
		{[]int{2, 3}, nil, []int{2, 3}},
		{[]int{2, 3}, []int{3}, []int{2, 3}},
		{[]int{2, 1}, []int{1, 3}, []int{2, 3}},
		{[]int{4, 1, 3}, []int{2, 1}, []int{4, 2, 3}},
		{[]int{0, 3}, []int{1}, []int{0, 3}},
		{[]int{1}, []int{0}, []int{0}},
	} {
		for _, pair := range [][2][]int{{c.a, c.b}, {c.b, c.a}} {
			got, ok := tensor.Broadcast(pair[0], pair[1])
			if !ok || !slices.Equal(got, c.want) {
				t.Errorf("%v and %v broadcast to %v, %v, want %v", pair[0], pair[1], got, ok, c.want)
			}
		}
	}
	for _, pair := range [][2][]int{{{2}, {3}}, {{2, 3}, {2}}, {{0}, {2}}, {{4, 2, 1}, {3, 1}}} {
		if got, ok := tensor.Broadcast(pair[0], pair[1]); ok || got != nil {
			t.Errorf("%v and %v broadcast to %v, want no shape", pair[0], pair[1], got)
		}
	}
}

// The shape of a result is its own memory.
func TestBroadcastLeavesItsOperandsAlone(t *testing.T) {
	a, b := tensor.Shape{1, 3}, tensor.Shape{2, 1}
	result, _ := tensor.Broadcast(a, b)
	result[1] = 9
	if !a.Equal(tensor.Shape{1, 3}) || !b.Equal(tensor.Shape{2, 1}) {
		t.Errorf("the operands became %v and %v", a, b)
	}
}

func TestSizeAndEqual(t *testing.T) {
	for size, shape := range map[int]tensor.Shape{1: {}, 24: {2, 3, 4}, 0: {2, 0}} {
		if shape.Size() != size {
			t.Errorf("%v has size %d, want %d", shape, shape.Size(), size)
		}
	}
	if !(tensor.Shape{}).Equal(nil) || (tensor.Shape{1}).Equal(nil) || (tensor.Shape{1, 2}).Equal(tensor.Shape{2, 1}) {
		t.Error("shapes are compared wrongly")
	}
}

func TestAtAndSetAreRowMajor(t *testing.T) {
	x := tensor.New(2, 3)
	x.Set(7, 1, 2)
	x.Set(5, 0, 1)
	if !slices.Equal(x.Data, []float32{0, 5, 0, 0, 0, 7}) || x.At(1, 2) != 7 || x.At(0, 1) != 5 {
		t.Errorf("data is %v", x.Data)
	}
	scalar := tensor.New()
	scalar.Set(3)
	if scalar.At() != 3 {
		t.Errorf("scalar is %v", scalar.At())
	}
}

func TestIndicesOutsidePanic(t *testing.T) {
	for _, index := range [][]int{{2, 0}, {0, 3}, {-1, 0}, {0}, {0, 0, 0}} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, fmt.Sprint(index)) || !strings.Contains(said, "[2 3]") {
					t.Errorf("index %v: %s", index, said)
				}
			}()
			tensor.New(2, 3).At(index...)
		}()
	}
}

func TestFrom(t *testing.T) {
	data := []float32{1, 2, 3, 4}
	x, err := tensor.From(data, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	data[3] = 9
	if x.At(1, 1) != 9 {
		t.Error("From copied its data")
	}
	if _, err := tensor.From(data, 3); err == nil || !strings.Contains(err.Error(), "4 elements") || !strings.Contains(err.Error(), "[3]") {
		t.Errorf("the error is %v", err)
	}
}

// A tensor's shape does not change with the list that it was made from.
func TestShapesAreCopied(t *testing.T) {
	shape := []int{2, 2}
	made, _ := tensor.From(make([]float32, 4), shape...)
	fresh := tensor.New(shape...)
	shape[0] = 7
	if made.Shape[0] != 2 || fresh.Shape[0] != 2 {
		t.Errorf("shapes are %v and %v", made.Shape, fresh.Shape)
	}
}
