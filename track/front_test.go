package track

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestStairsByHand(t *testing.T) {
	want := []Point{{1, 5}, {1, 3}, {2, 3}, {2, 0}, {4, 0}}
	if got := stairs([]Point{{2, 3}, {4, 0}, {1, 5}}); !slices.Equal(got, want) {
		t.Errorf("the stairs are %v, want %v", got, want)
	}
}

func TestFrontIsAPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "front.svg")
	clouds := []Cloud{
		{Name: "known", Points: []Point{{1, -1}, {124, -19}}, Front: []Point{{1, -1}, {124, -19}}},
		{Name: "mompo", Points: []Point{{1, -1}}, Front: []Point{{1, -1}}},
		{Name: "nothing"},
	}
	if err := Front(path, Labels{"deep sea", "treasure", "time"}, clouds...); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "deep sea", "treasure", "time", "known", "mompo"} {
		if !strings.Contains(contents(t, path), want) {
			t.Errorf("the picture does not hold %q", want)
		}
	}
	if err := Front(path, Labels{}, clouds[2]); err == nil || !strings.Contains(err.Error(), "no cloud has a point") {
		t.Errorf("the error of nothing to draw is %v", err)
	}
}
