package suite

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
)

// lines writes whole lines for several goroutines. What cannot be shown is no reason to stop a run: errors
// are dropped.
type lines struct {
	mutex  sync.Mutex
	writer io.Writer
}

func (l *lines) print(format string, values ...any) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	_, _ = fmt.Fprintf(l.writer, format+"\n", values...)
}

// progressEvery is the time between two lines of progress of a run.
const progressEvery = time.Minute

// runLines is the output of one run: its lines with its name before them, and of its progress, which begins
// with "step", a line now and then.
type runLines struct {
	all  *lines
	name string
	last time.Time // of the latest line of progress
}

// Write takes whole lines.
func (l *runLines) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte("step ")) {
			if time.Since(l.last) < progressEvery {
				continue
			}
			l.last = time.Now()
		}
		l.all.print("%s: %s", l.name, bytes.TrimSuffix(line, []byte("\n")))
	}
	return len(text), nil
}
