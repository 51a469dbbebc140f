package torture

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// What the environment of a test run may say.
const (
	lengthVariable = "REVERIE_TORTURE"       // 1: at length
	seedVariable   = "REVERIE_TORTURE_SEED"  // of all random choices; a new one if it is not set
	childVariable  = "REVERIE_TORTURE_CHILD" // what the test binary does as another process
)

func TestMain(m *testing.M) {
	if task := os.Getenv(childVariable); task != "" {
		if err := child(task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	measured.print()
	os.Exit(code)
}

// rounds is a number of repetitions in the short form of the tests, or at length.
func rounds(short, long int) int {
	if os.Getenv(lengthVariable) != "" {
		return long
	}
	return short
}

// seed is that of the whole test run.
var seed = sync.OnceValue(func() uint64 {
	if given, err := strconv.ParseUint(os.Getenv(seedVariable), 10, 64); err == nil {
		return given
	}
	return rand.Uint64()
})

// newRandom returns the random choices of a test, which follow from its name and the seed of the run, and
// says how to have them again.
func newRandom(t *testing.T) *rand.Rand {
	t.Helper()
	t.Logf("%s=%d repeats the random choices", seedVariable, seed())
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Name())) // cannot fail
	return rand.New(rand.NewPCG(seed(), name.Sum64()))
}

// measured is what the tests came to: the table of docs/reliability.md.
var measured measurements

type measurements struct {
	lock  sync.Mutex
	names []string
	sums  map[string]int64
	worst map[string]time.Duration
}

// add adds to a sum.
func (m *measurements) add(name string, count int64) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.know(name)
	m.sums[name] += count
}

// took keeps the longest of durations.
func (m *measurements) took(name string, duration time.Duration) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.know(name)
	m.worst[name] = max(m.worst[name], duration)
}

// know gives a new name its place in the table.
func (m *measurements) know(name string) {
	if m.sums == nil {
		m.sums, m.worst = map[string]int64{}, map[string]time.Duration{}
	}
	_, summed := m.sums[name]
	_, timed := m.worst[name]
	if !summed && !timed {
		m.names = append(m.names, name)
	}
}

func (m *measurements) print() {
	fmt.Printf("| seed %d | |\n|---|---|\n", seed())
	for _, name := range m.names {
		if longest, timed := m.worst[name]; timed {
			fmt.Printf("| %s | %v |\n", name, longest.Round(time.Millisecond/10))
		} else {
			fmt.Printf("| %s | %d |\n", name, m.sums[name])
		}
	}
}

// The table in doc.go names tests that there are.
func TestTableOfTests(t *testing.T) {
	table, err := os.ReadFile("doc.go")
	noError(t, err)
	var sources strings.Builder
	for _, folder := range []string{".", "../replay", "../stream", "../run", "../internal/checkpoint", "../cmd/reverie"} {
		for _, path := range matching(t, folder, "*_test.go") {
			source, err := os.ReadFile(path)
			noError(t, err)
			sources.Write(source)
		}
	}
	for _, name := range regexp.MustCompile(`Test[A-Z]\w+`).FindAllString(string(table), -1) {
		if !strings.Contains(sources.String(), "func "+name+"(t *testing.T)") {
			t.Errorf("there is no %s", name)
		}
	}
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// copyFolder copies a folder, without its lock.
func copyFolder(t testing.TB, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	noError(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

// files lists the files of a folder that have contents, in the order of their paths.
func files(t testing.TB, folder string) []string {
	t.Helper()
	var found []string
	noError(t, filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() && info.Size() > 0 && info.Name() != ".lock" {
			found = append(found, path)
		}
		return err
	}))
	return found
}

// matching is the files of a folder below a pattern, which must be there.
func matching(t testing.TB, folder, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("%s has no %s: %v", folder, pattern, err)
	}
	return found
}
