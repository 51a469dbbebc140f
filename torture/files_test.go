package torture

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFilesGoneOrMixedUp deletes files of a log, doubles and swaps them, and puts files of other logs among
// them (C5).
func TestFilesGoneOrMixedUp(t *testing.T) {
	t.Parallel()
	s := newSample(t, "one", "two")
	cases := mixUps(t, s.folder, newSample(t, "three", "four").folder, newSample(t, "other/one", "other/two").folder)
	names := make([]string, 0, len(cases))
	for name := range cases {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, after := range s.damageCopies(t, len(names), func(way int, folder string) (string, error) {
		return names[way], cases[names[way]](folder)
	}) {
		t.Logf("%s: %d rows lost, %d messages reported, refused: %v", names[i], after.lost, after.damaged, after.refused)
		if after.refused != nil {
			t.Errorf("%s: the log is refused: %v", names[i], after.refused)
		}
		if description := names[i][:3] == "no " && names[i][3:10] != "segment"; description && after.lost+int64(after.damaged) > 0 {
			t.Errorf("%s: %d rows are lost with what can be made again", names[i], after.lost)
		}
	}
	measured.add("files of a log deleted, doubled, swapped or replaced", int64(len(names)))
}

// mixUps are ways to damage copies of a log. Stranger has other writers, and twin writers of the same names
// with other rows.
func mixUps(t *testing.T, sample, stranger, twin string) map[string]func(folder string) error {
	inside := func(path string) string {
		relative, err := filepath.Rel(sample, path)
		noError(t, err)
		return relative
	}
	description := filepath.Dir(filepath.Dir(inside(segments(t, sample)[0])))
	cases := map[string]func(string) error{
		"no index.db": remove(filepath.Join(description, "msgs/index.db")),
		"no meta.inf": remove(filepath.Join(description, "meta.inf")),
		"no meta.sum": remove(filepath.Join(description, "meta.sum")),
		"no indexes, no description": remove(filepath.Join(description, "msgs/index.db"), filepath.Join(description, "meta.inf"),
			filepath.Join(description, "meta.sum")),
	}
	numbers := len(segments(t, sample))
	if numbers < 3 {
		t.Fatalf("the sample has %d segments", numbers)
	}
	segment := func(number int) string { return filepath.Join(description, "msgs", fmt.Sprintf("%d.blk", number)) }
	for number := 1; number <= numbers; number++ {
		cases[fmt.Sprintf("no segment %d", number)] = remove(segment(number))
		cases[fmt.Sprintf("segment %d at the end", number)] = replace(sample, segment(number), segment(numbers+1))
		next := number%numbers + 1
		cases[fmt.Sprintf("segments %d and %d swapped", number, next)] = swap(segment(number), segment(next))
		cases[fmt.Sprintf("segment %d of a stranger", number)] = replace(stranger, segment(number), segment(number))
		cases[fmt.Sprintf("segment %d of a twin", number)] = replace(twin, segment(number), segment(number))
	}
	return cases
}

// remove removes files of a folder.
func remove(paths ...string) func(string) error {
	return func(folder string) error {
		for _, path := range paths {
			if err := os.Remove(filepath.Join(folder, path)); err != nil {
				return err
			}
		}
		return nil
	}
}

// replace puts a file of another folder into one.
func replace(other, from, to string) func(string) error {
	return func(folder string) error {
		data, err := os.ReadFile(filepath.Join(other, from))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, to), data, 0o644)
	}
}

// swap exchanges two files of a folder.
func swap(a, b string) func(string) error {
	return func(folder string) error {
		a, b, aside := filepath.Join(folder, a), filepath.Join(folder, b), filepath.Join(folder, "aside")
		for _, step := range [][2]string{{a, aside}, {b, a}, {aside, b}} {
			if err := os.Rename(step[0], step[1]); err != nil {
				return err
			}
		}
		return nil
	}
}
