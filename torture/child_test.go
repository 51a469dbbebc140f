package torture

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/reverie-rl/reverie/stream"
)

// work is what another process does: it writes without end until it is killed, one goroutine a writer, and
// reports each position that the log has acknowledged.
type work struct {
	Config  stream.Config
	Writers []writing
	Seed    uint64
	Flush   int // most steps before they are brought to the disk
}

// writing is how a writer begins: at a position, or behind what there is.
type writing struct {
	Name     string
	Continue bool
	At       stream.Position
}

// report is a line of a process's output.
type report struct {
	Writer  string
	Resumed bool // it tells where the writer began, in place of what was acknowledged
	At      stream.Position
}

// child is the other process.
func child(task string) error {
	var w work
	if err := json.Unmarshal([]byte(task), &w); err != nil {
		return err
	}
	log, err := stream.Open(context.Background(), w.Config)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for i, writer := range w.Writers {
		random := rand.New(rand.NewPCG(w.Seed, uint64(i)))
		go func() { failed <- writer.write(log, random, w.Flush) }()
	}
	return <-failed
}

// write writes until it fails.
func (w writing) write(log *stream.Log, random *rand.Rand, flush int) error {
	writer, err := w.open(log)
	if err != nil {
		return err
	}
	tell(report{w.Name, true, writer.Position()})
	source := sourceOf(w.Name)
	if w.Continue {
		err = source.begin(writer)
	}
	for err == nil {
		if err = source.play(writer, 1+random.IntN(flush)); err == nil {
			tell(report{w.Name, false, writer.Position()})
		}
	}
	return fmt.Errorf("%s: %w", w.Name, err)
}

func (w writing) open(log *stream.Log) (*stream.Writer, error) {
	if w.Continue {
		writer, _, err := log.ContinueWriter(context.Background(), w.Name, schema())
		return writer, err
	}
	writer, found, err := log.Resume(context.Background(), w.Name, schema(), w.At, 1, nil)
	if err == nil && len(found.Lost)+len(found.Damaged) > 0 {
		err = fmt.Errorf("lost %v, damaged %v", found.Lost, found.Damaged)
	}
	return writer, err
}

// tell writes a line to the parent, in one piece.
func tell(r report) {
	line, _ := json.Marshal(r) // cannot fail
	_, _ = os.Stdout.Write(append(line, '\n'))
}

// process is a child, seen by its parent.
type process struct {
	command *exec.Cmd
	reports chan report // closed when it has ended
}

// start starts a process, which ends with the test at the latest.
func start(t testing.TB, w work, environment ...string) *process {
	t.Helper()
	task, err := json.Marshal(w)
	noError(t, err)
	p := &process{exec.Command(os.Args[0]), make(chan report, 1000)}
	p.command.Env = append(append(os.Environ(), environment...), childVariable+"="+string(task))
	p.command.Stderr = os.Stderr
	output, err := p.command.StdoutPipe()
	noError(t, err)
	noError(t, p.command.Start())
	t.Cleanup(func() { // for a test that fails: otherwise it has ended
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
	})
	go p.listen(output)
	return p
}

func (p *process) listen(output io.Reader) {
	defer close(p.reports)
	for lines := bufio.NewScanner(output); lines.Scan(); {
		var r report
		if json.Unmarshal(lines.Bytes(), &r) == nil { // a line that was cut short reports nothing
			p.reports <- r
		}
	}
}

// kill ends the process as SIGKILL does, unless it failed by itself before, and waits for its end.
func (p *process) kill(t testing.TB) {
	t.Helper()
	if err := p.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	if _ = p.command.Wait(); p.command.ProcessState.Exited() {
		t.Fatalf("the process ended by itself: %v", p.command.ProcessState)
	}
}

// book is what the log has acknowledged, as its writers reported.
type book struct {
	acknowledged map[string]stream.Position
	resumed      map[string]map[int64]bool // rows where a writer began
}

func newBook() *book { return &book{map[string]stream.Position{}, map[string]map[int64]bool{}} }

func (b *book) note(r report) {
	if !r.Resumed {
		if r.At.Row > b.acknowledged[r.Writer].Row { // reports of a process that was killed may come late
			b.acknowledged[r.Writer] = r.At
		}
		return
	}
	if b.resumed[r.Writer] == nil {
		b.resumed[r.Writer] = map[int64]bool{}
	}
	b.resumed[r.Writer][r.At.Row] = true
}

// check compares the log with the book, and returns how many acknowledged rows were there.
func (b *book) check(found contents) (int64, error) {
	var rows int64
	for writer, at := range b.acknowledged {
		if err := found.whole(writer, at.Row); err != nil {
			return 0, err
		}
		rows += at.Row
		for _, row := range found.of(writer).cuts {
			if !b.resumed[writer][row] {
				return 0, fmt.Errorf("row %d of %s is cut, where no writer began", row, writer)
			}
		}
	}
	return rows, nil
}
