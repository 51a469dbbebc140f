package replay_test

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/replay"
)

// pictures is a layout of images alone.
var pictures = replay.Layout{Action: 1, Reward: 1, Image: 2}

// newPictures returns a table of capacity 6 with an episode of three steps and one of two: image n is (n, n+100),
// and the first of 9 images has left.
func newPictures(t *testing.T) *replay.Table {
	t.Helper()
	table, err := replay.NewTable(pictures, 6)
	noError(t, err)
	image := func(n byte) []byte { return []byte{n, n + 100} }
	for _, episode := range [][]byte{{10, 11, 12, 13}, {20, 21, 22}} {
		noError(t, table.Begin(replay.Step{Image: image(episode[0])}))
		for _, n := range episode[1:] {
			noError(t, table.Append(replay.Step{Action: []float32{1}, Reward: []float32{float32(n)}, Discount: 1, Image: image(n)}))
		}
	}
	return table
}

// sampled draws windows of up to three steps and returns the images of those that differ, by the first.
func sampled(t *testing.T, table *replay.Table) map[byte][]byte {
	t.Helper()
	sampler, err := replay.NewSampler(1, table)
	noError(t, err)
	batch := replay.NewSequences(pictures, 200, 3)
	for i := range batch.Image {
		batch.Image[i] = 99 // is to be replaced
	}
	noError(t, sampler.SampleWindows(batch, 3))
	drawn := map[byte][]byte{}
	for window := range slices.Chunk(batch.Image, 8) {
		drawn[window[0]] = window
	}
	return drawn
}

func TestWindowsOfImages(t *testing.T) {
	want := map[byte][]byte{
		11: {11, 111, 12, 112, 13, 113, 0, 0}, 12: {12, 112, 13, 113, 0, 0, 0, 0},
		20: {20, 120, 21, 121, 22, 122, 0, 0}, 21: {21, 121, 22, 122, 0, 0, 0, 0},
	}
	table := newPictures(t)
	restored, err := replay.NewTable(pictures, 6)
	noError(t, err)
	for _, part := range table.Save() {
		var file bytes.Buffer
		noError(t, part.Write(&file))
		noError(t, restored.Restore(file.Bytes()))
	}
	for _, drawn := range []map[byte][]byte{sampled(t, table), sampled(t, restored)} {
		if len(drawn) != len(want) {
			t.Errorf("%d windows, want %d", len(drawn), len(want))
		}
		for first, images := range want {
			if !slices.Equal(drawn[first], images) {
				t.Errorf("from %d: %v, want %v", first, drawn[first], images)
			}
		}
	}
}

// Who does not ask for images gets none, and the same draws.
func TestWindowsWithoutImages(t *testing.T) {
	sampler, err := replay.NewSampler(1, newPictures(t))
	noError(t, err)
	with, without := replay.NewSequences(pictures, 20, 3), replay.NewSequences(pictures, 20, 3)
	without.Image = nil
	noError(t, sampler.SampleWindows(with, 3))
	sampler.Draw = 0
	noError(t, sampler.SampleWindows(without, 3))
	if !slices.Equal(with.Reward, without.Reward) {
		t.Errorf("the rewards are %v and %v", with.Reward, without.Reward)
	}
	without.Image = make([]byte, 3)
	expectError(t, sampler.SampleWindows(without, 3), "Image has 3 elements, want none or 160")
}

// Stacks of two begin with the first image that is held of an episode.
func TestStackedImages(t *testing.T) {
	sampler, err := replay.NewSampler(1, newPictures(t))
	noError(t, err)
	batch := replay.NewTransitions(pictures, 50)
	batch.Image, batch.NextImage = make([]byte, 50*2*2), make([]byte, 50*2*2)
	noError(t, sampler.SampleTransitions(batch, 2, 1))
	want := map[float32][2][]byte{ // by the sum of the rewards
		12 + 13: {{11, 111, 11, 111}, {12, 112, 13, 113}},
		13:      {{11, 111, 12, 112}, {12, 112, 13, 113}},
		21 + 22: {{20, 120, 20, 120}, {21, 121, 22, 122}},
		22:      {{20, 120, 21, 121}, {21, 121, 22, 122}},
	}
	for i, reward := range batch.Reward {
		if w := want[reward]; !slices.Equal(batch.Image[4*i:4*i+4], w[0]) || !slices.Equal(batch.NextImage[4*i:4*i+4], w[1]) {
			t.Errorf("reward %v: images %v and %v, want %v", reward, batch.Image[4*i:4*i+4], batch.NextImage[4*i:4*i+4], w)
		}
	}
}

func TestImagesOfAnotherSize(t *testing.T) {
	table := newPictures(t)
	expectError(t, table.Begin(replay.Step{Image: make([]byte, 3)}), "image has 3 bytes, want 2")
	_, err := replay.NewTable(replay.Layout{Action: 1, Reward: 1}, 6)
	expectError(t, err, "observation or image must be 1 or more")
}

func expectError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want one that says %q", err, want)
	}
}

// Memory is taken as the table fills: a chunk for the first row, and not the gigabytes of all.
func TestMemoryOfImagesIsTakenLate(t *testing.T) {
	layout := replay.Layout{Action: 1, Reward: 1, Image: 64 * 64 * 3}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	table, err := replay.NewTable(layout, 1_000_000)
	noError(t, err)
	noError(t, table.Begin(replay.Step{Image: make([]byte, layout.Image)}))
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 20<<20 {
		t.Errorf("the first row took %d bytes", taken)
	}
}
