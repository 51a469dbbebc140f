package dataset

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/reverie-rl/reverie/replay"
)

// written is a folder with a few episodes in two files or more.
func written(t *testing.T) (string, *Summary) {
	t.Helper()
	folder := t.TempDir()
	summary, err := write(folder, each(some(schema())), limits{group: 500, file: 2000})
	noError(t, err)
	if len(summary.Files) < 2 {
		t.Fatal("want two files")
	}
	return folder, summary
}

// A flip of any bit is found, and the file is named. Reading never gives other numbers: it fails, or the
// flip was where nothing is read.
func TestFlippedBits(t *testing.T) {
	folder, summary := written(t)
	episodes := collect(t, openFolder(t, folder).Episodes())
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		file := summary.Files[random.IntN(len(summary.Files))]
		path := filepath.Join(folder, file.Name)
		whole := []byte(read(t, folder, file.Name))
		at, bit := random.IntN(len(whole)), byte(1)<<random.IntN(8)
		whole[at] ^= bit
		noError(t, os.WriteFile(path, whole, 0o644))
		d := openFolder(t, folder)
		if faults := d.Check().Faults; len(faults) == 0 || faults[0].File != path {
			t.Errorf("byte %d of %s: check says %v", at, file.Name, faults)
		}
		var got []*Episode
		for e, err := range d.Episodes() {
			if fault := (*Fault)(nil); err != nil && (!errors.As(err, &fault) || fault.File != path) {
				t.Errorf("byte %d: error %v does not name %s", at, err, path)
			}
			if err == nil {
				got = append(got, e)
			}
		}
		if len(got) == len(episodes) {
			expectSame(t, got, episodes)
		}
		whole[at] ^= bit
		noError(t, os.WriteFile(path, whole, 0o644))
	}
}

// A fault in a page is found with its row group, and what is beside it is read.
func TestFaultsHaveRows(t *testing.T) {
	folder := t.TempDir()
	episodes := some(plain())
	summary, err := write(folder, each(episodes), limits{group: 1, file: 1 << 20})
	noError(t, err)
	path := filepath.Join(folder, summary.Files[0].Name)
	s, err := openSource(path)
	noError(t, err)
	l, err := s.find(actionColumn, numbers)
	noError(t, err)
	offset := s.parquet.Metadata().RowGroups[2].Columns[l.index].MetaData.DataPageOffset
	noError(t, s.file.Close())
	whole := []byte(read(t, folder, summary.Files[0].Name))
	whole[offset+70] ^= 1
	noError(t, os.WriteFile(path, whole, 0o644))
	faults := openFolder(t, folder).Check().Faults
	if len(faults) != 2 || faults[1].Row != 10 {
		t.Fatalf("faults are %v, want the checksum and row 10", faults)
	}
	expectError(t, faults[1], path, "row 10", "column action", "crc32")
	read := 0
	for _, err := range openFolder(t, folder).Episodes() {
		if err == nil {
			read++
		}
	}
	if read != 3 {
		t.Errorf("%d episodes are read, want the 3 others", read)
	}
}

func TestTruncatedFiles(t *testing.T) {
	folder, summary := written(t)
	path := filepath.Join(folder, summary.Files[1].Name)
	whole := read(t, folder, summary.Files[1].Name)
	d := openFolder(t, folder)
	for _, size := range []int{0, 3, 100, len(whole) / 2, len(whole) - 1} {
		noError(t, os.WriteFile(path, []byte(whole[:size]), 0o644))
		_, err := Open(folder)
		expectError(t, err, path, fmt.Sprint(size), "damaged")
		faults := d.Check().Faults
		if len(faults) < 2 || faults[0].File != path || faults[1].File != path {
			t.Errorf("%d bytes: check says %v", size, faults)
		}
	}
	noError(t, os.Remove(path))
	_, err := Open(folder)
	expectError(t, err, path, "no such file")
}

func TestDescriptionThatIsWrong(t *testing.T) {
	folder, summary := written(t)
	path, whole := filepath.Join(folder, summaryName), read(t, folder, summaryName)
	change := func(old, new string) {
		t.Helper()
		if !strings.Contains(whole, old) {
			t.Fatalf("%s has no %s", summaryName, old)
		}
		noError(t, os.WriteFile(path, []byte(strings.Replace(whole, old, new, 1)), 0o644))
	}
	faulty := func(words ...string) {
		t.Helper()
		faults := openFolder(t, folder).Check().Faults
		if len(faults) == 0 {
			t.Fatalf("%v is not found", words)
		}
		expectError(t, faults[0], words...)
	}
	change(`"steps": 50`, `"steps": 51`)
	faulty(path, "Steps:51", "Steps:50")
	rows := summary.Files[0].Rows
	change(fmt.Sprintf(`"rows": %d`, rows), `"rows": 99`)
	faulty(fmt.Sprintf("the file has %d rows, dataset.json says 99", rows))
	change(`"task": "test/task"`, `"task": "test/other"`)
	faulty("the schema is", "test/task", "test/other")
	change(`"format": 1`, `"format": 99`)
	_, err := Open(folder)
	expectError(t, err, path, "format 99")
	change(`"name": "episodes`, `"name": "../episodes`)
	_, err = Open(folder)
	expectError(t, err, path[:len(path)-len(summaryName)-1], "../episodes", "not the name of a file")
	noError(t, os.WriteFile(path, []byte(whole[:50]), 0o644))
	_, err = Open(folder)
	expectError(t, err, path, "damaged")
	noError(t, os.WriteFile(path, []byte(whole), 0o644))
	noError(t, os.WriteFile(filepath.Join(folder, "more.parquet"), nil, 0o644))
	faulty("more.parquet", "does not list it")
}

// What a process leaves that is killed while it writes is refused.
func TestUnfinished(t *testing.T) {
	folder, _ := written(t)
	noError(t, os.Remove(filepath.Join(folder, summaryName)))
	_, err := Open(folder)
	expectError(t, err, folder, "not written to its end", "export once more")
	folder = t.TempDir()
	noError(t, os.WriteFile(filepath.Join(folder, "episodes-00000.parquet"+writingSuffix), nil, 0o644))
	_, err = Open(folder)
	expectError(t, err, folder, "not written to its end")
	_, err = Open(t.TempDir())
	expectError(t, err, "neither dataset.json nor files")
}

// foreignRow is a row as another tool may write it: other types of numbers, lists of other names, and
// without what can be done without.
type foreignRow struct {
	Episode  int64      `parquet:"episode_id"`
	Last     bool       `parquet:"is_last"`
	Terminal bool       `parquet:"is_terminal"`
	Place    []*float64 `parquet:"observation.place,list"`
	Height   float64    `parquet:"observation.height,dict"`
	Action   []float64  `parquet:"action,list"`
	Reward   *float64   `parquet:"reward"`
	Note     string     `parquet:"note"`
}

func foreignRows() []foreignRow {
	row := func(episode int64, last, terminal bool, x float64) foreignRow {
		y, reward := x+1, 10*x
		return foreignRow{episode, last, terminal, []*float64{&x, &y}, x / 2, []float64{-x}, &reward, "a note"}
	}
	final := row(7, true, true, 3)
	final.Action, final.Reward = nil, nil
	return []foreignRow{row(7, false, false, 1), row(7, false, false, 2), final, row(8, false, false, 4), row(8, true, false, 5)}
}

func writeForeign[T any](t *testing.T, folder string, rows []T) {
	t.Helper()
	noError(t, parquet.WriteFile(filepath.Join(folder, "data.parquet"), rows, parquet.MaxRowsPerRowGroup(2)))
}

func TestFilesOfOtherTools(t *testing.T) {
	folder := t.TempDir()
	writeForeign(t, folder, foreignRows())
	d := openFolder(t, folder)
	if faults := d.Check().Faults; len(faults) > 0 || d.Summary() != nil {
		t.Errorf("faults are %v", faults)
	}
	if got, want := d.Schema().Layout, (replay.Layout{Observation: 3, Action: 1, Reward: 1}); got != want {
		t.Errorf("the layout is %+v, want %+v", got, want)
	}
	s := d.Schema()
	expectSame(t, collect(t, d.Episodes()), []*Episode{
		{ID: "7", Schema: s, End: Terminated, Rows: &replay.Rows{
			Observation: []float32{1, 2, .5, 2, 3, 1, 3, 4, 1.5}, Action: []float32{-1, -2, 0}, Reward: []float32{10, 20, 0}, Discount: []float32{1, 0, 0},
			LogProbability: []float32{0, 0, 0}, Step: []int64{0, 1, 2}, Version: []uint64{0, 0, 0}}},
		{ID: "8", Schema: s, End: Truncated, Rows: &replay.Rows{
			Observation: []float32{4, 5, 2, 5, 6, 2.5}, Action: []float32{-4, 0}, Reward: []float32{40, 0}, Discount: []float32{1, 0},
			LogProbability: []float32{0, 0}, Step: []int64{0, 1}, Version: []uint64{0, 0}}},
	})
}

// fullRow has all flags, a picture and a recurrent state.
type fullRow struct {
	Episode   string    `parquet:"episode_id"`
	Step      int32     `parquet:"step"`
	First     bool      `parquet:"is_first"`
	Last      bool      `parquet:"is_last"`
	Terminal  bool      `parquet:"is_terminal"`
	Truncated bool      `parquet:"is_truncated"`
	Place     float32   `parquet:"observation.place"`
	Action    []int32   `parquet:"action,list"`
	Reward    float32   `parquet:"reward"`
	Discount  float32   `parquet:"discount"`
	State     []float32 `parquet:"state,list"`
	Image     []byte    `parquet:"image"`
}

func fullRows() []fullRow {
	return []fullRow{
		{"a", 5, true, false, false, false, 1, []int32{3}, 1, .5, []float32{1, 2}, []byte("one")},
		{"a", 6, false, true, false, false, 2, []int32{4}, 2, .5, []float32{3, 4}, []byte("two")},
	}
}

func TestPicturesOfOtherTools(t *testing.T) {
	folder := t.TempDir()
	writeForeign(t, folder, fullRows())
	d := openFolder(t, folder)
	expectSame(t, collect(t, d.Episodes()), []*Episode{{ID: "a", Schema: d.Schema(), End: Cut, Rows: &replay.Rows{
		Observation: []float32{1, 2}, Action: []float32{3, 0}, Reward: []float32{1, 0}, Discount: []float32{.5, 0}, LogProbability: []float32{0, 0},
		Step: []int64{5, 6}, Version: []uint64{0, 0}, State: []float32{1, 2, 3, 4}, Image: []byte("onetwo")}}})
	for words, change := range map[string]func(rows []fullRow){
		"row 0, episode a: is_first is false":                       func(rows []fullRow) { rows[0].First = false },
		"row 1, episode a: is_first is true":                        func(rows []fullRow) { rows[1].First = true },
		"row 1, episode a: is_terminal and is_truncated":            func(rows []fullRow) { rows[1].Terminal, rows[1].Truncated = true, true },
		"row 0, episode a: the episode is terminal, but":            func(rows []fullRow) { rows[1].Terminal = true },
		"row 0, episode a: discount is 2, must be in":               func(rows []fullRow) { rows[0].Discount = 2 },
		"row 1, episode a: step is 9 after 5, must count up by one": func(rows []fullRow) { rows[1].Step = 9 },
		"row 1: image has 5 bytes, want 3":                          func(rows []fullRow) { rows[1].Image = []byte("three") },
	} {
		folder, rows := t.TempDir(), fullRows()
		change(rows)
		writeForeign(t, folder, rows)
		faults := openFolder(t, folder).Check().Faults
		if len(faults) == 0 {
			t.Fatalf("%s: no fault is found", words)
		}
		expectError(t, faults[0], "data.parquet", words)
	}
}

func TestFaultsOfOtherTools(t *testing.T) {
	for words, change := range map[string]func(rows []foreignRow){
		"row 1, episode 7: observation.place[1] is NaN":                      func(rows []foreignRow) { nan := math.NaN(); rows[1].Place[1] = &nan },
		"row 1, episode 7: observation.height is +Inf":                       func(rows []foreignRow) { rows[1].Height = 1e300 },
		"row 1: observation.place has 1 values that are not null, want 2":    func(rows []foreignRow) { rows[1].Place[0] = nil },
		"row 3: observation.place has 0 values":                              func(rows []foreignRow) { rows[3].Place = nil },
		"row 1: action has 2 values":                                         func(rows []foreignRow) { rows[1].Action = []float64{1, 2} },
		"row 3, episode 8: reward is null, but it is not the last row":       func(rows []foreignRow) { rows[3].Reward = nil },
		"row 3, episode 8: is_terminal or is_truncated is true, but is_last": func(rows []foreignRow) { rows[3].Terminal = true },
		"row 0, episode 7: the episode begins here and has no row with":      func(rows []foreignRow) { rows[2].Last, rows[2].Terminal = false, false },
		"row 3, episode 8: the episode begins here and has no row":           func(rows []foreignRow) { rows[4].Last = false },
		"row 4, episode 8: the episode has no step":                          func(rows []foreignRow) { rows[3].Last = true },
	} {
		folder, rows := t.TempDir(), foreignRows()
		change(rows)
		writeForeign(t, folder, rows)
		var found []string
		for _, fault := range openFolder(t, folder).Check().Faults {
			found = append(found, fault.Error())
		}
		if text := strings.Join(found, "\n"); !strings.Contains(text, words) || !strings.Contains(text, "data.parquet") {
			t.Errorf("%s: check finds %s", words, text)
		}
	}
}

func TestMissingColumns(t *testing.T) {
	type row struct {
		Episode string    `parquet:"episode_id"`
		Last    int32     `parquet:"is_last"`
		Place   []float32 `parquet:"observation.place,list"`
		Action  []float32 `parquet:"action,list"`
		Reward  float32   `parquet:"reward"`
	}
	folder := t.TempDir()
	writeForeign(t, folder, []row{{"a", 0, []float32{1}, []float32{1}, 1}, {"a", 1, []float32{1}, []float32{1}, 1}})
	faults := openFolder(t, folder).Check().Faults
	if len(faults) != 1 {
		t.Fatalf("faults are %v", faults)
	}
	expectError(t, faults[0], "data.parquet", "column is_terminal is missing; it must be BOOLEAN", "column is_last is INT32", "it must be BOOLEAN",
		"the file has the columns episode_id, is_last, observation.place, action, reward")
	type noAction struct {
		Episode string    `parquet:"episode_id"`
		Place   []float32 `parquet:"observation.place,list"`
		Text    string    `parquet:"action"`
	}
	folder = t.TempDir()
	writeForeign(t, folder, []noAction{{"a", []float32{1}, ""}})
	_, err := Open(folder)
	expectError(t, err, "data.parquet", "column action is BYTE_ARRAY", "it must be FLOAT, or a list of FLOAT", "column reward is missing")
	type nothing struct{ Place []float32 }
	folder = t.TempDir()
	writeForeign(t, folder, []nothing{{[]float32{1}}})
	_, err = Open(folder)
	expectError(t, err, "no column is called observation.NAME", "the columns are Place")
}
