package track

import (
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

const (
	lineEvery  = 5 * time.Second        // between plain lines
	drawEvery  = 200 * time.Millisecond // between redraws of the bar
	rateWindow = 20                     // samples, one a redraw or line, over which rates are taken
)

// Progress tells a person how far a run is: as a bar on a terminal, as a plain line every five
// seconds where the output is a file or a pipe. It is used by one goroutine.
type Progress struct {
	writer  io.Writer
	bar     *progressbar.ProgressBar // nil where the output is no terminal
	total   int64
	now     func() time.Time
	samples []sample // the oldest first
	last    sample
	score   float64 // the last return, NaN before there is one
	note    string  // what else there is to say
}

// sample is where the run stood at a time.
type sample struct {
	time          time.Time
	step, updates int64
}

// NewProgress begins to report on w a run that stands at step and ends at total. It says so at
// once, so that a person sees life while the first step is prepared.
func NewProgress(w io.Writer, step, total int64) *Progress {
	p := &Progress{writer: w, total: total, now: time.Now, score: math.NaN()}
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.bar = newBar(w, total)
	}
	p.begin(step)
	return p
}

func newBar(w io.Writer, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionFullWidth(),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetPredictTime(false), // the library's estimate counts steps done before a resume
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetTheme(progressbar.ThemeDefault),
	)
}

func (p *Progress) begin(step int64) {
	p.last = sample{time: p.now(), step: step, updates: -1}
	p.draw()
}

// Return notes the return of the episode that ended last.
func (p *Progress) Return(value float64) { p.score = value }

// Note adds words to what is reported from now on, in place of those before.
func (p *Progress) Note(words string) { p.note = words }

// Set tells where the run stands: environment steps and learner updates so far. It is cheap enough
// to be called after every step.
func (p *Progress) Set(step, updates int64) {
	now := p.now()
	due := now.Sub(p.last.time) >= lineEvery
	if p.bar != nil {
		due = now.Sub(p.last.time) >= drawEvery
	}
	if p.last.updates < 0 { // the first call shows that steps are being made
		p.last.updates = updates
		p.samples = append(p.samples, sample{now, step, updates})
		due = due || now.Sub(p.last.time) >= drawEvery
	}
	if !due {
		return
	}
	p.last = sample{now, step, updates}
	p.samples = append(p.samples, p.last)
	if len(p.samples) > rateWindow {
		p.samples = p.samples[1:]
	}
	p.draw()
}

// Finish reports the end of the run, however far it got.
func (p *Progress) Finish(step, updates int64) {
	p.last = sample{p.now(), step, updates}
	p.samples = append(p.samples, p.last)
	p.draw()
	if p.bar != nil {
		fmt.Fprintln(p.writer)
	}
}

// draw shows the last sample. What cannot be shown is no reason to stop a run: errors are dropped.
func (p *Progress) draw() {
	if p.bar == nil {
		percent := 100 * float64(p.last.step) / float64(max(p.total, 1))
		_, _ = fmt.Fprintf(p.writer, "step %s of %s (%.0f%%)%s\n", thousands(p.last.step), thousands(p.total), percent, p.details())
		return
	}
	if details := p.details(); details != "" {
		p.bar.Describe(strings.TrimPrefix(details, ", "))
	}
	_ = p.bar.Set64(min(p.last.step, p.total))
}

// details lists what is known so far of speed, return and remaining time.
func (p *Progress) details() string {
	var b strings.Builder
	steps, updates := p.rates()
	if steps > 0 {
		fmt.Fprintf(&b, ", %s steps/s", thousands(int64(math.Round(steps))))
	}
	if updates > 0 {
		fmt.Fprintf(&b, ", %s updates/s", thousands(int64(math.Round(updates))))
	}
	if !math.IsNaN(p.score) {
		fmt.Fprintf(&b, ", return %.4g", p.score)
	}
	if p.note != "" {
		fmt.Fprintf(&b, ", %s", p.note)
	}
	if left := p.total - p.last.step; steps > 0 && left > 0 {
		fmt.Fprintf(&b, ", %s left", time.Duration(float64(left)/steps*float64(time.Second)).Round(time.Second))
	}
	return b.String()
}

// rates returns environment steps and updates per second over the recent samples: a run that has
// begun to learn is slower than it was on average.
func (p *Progress) rates() (steps, updates float64) {
	if len(p.samples) < 2 {
		return 0, 0
	}
	first := p.samples[0]
	seconds := p.last.time.Sub(first.time).Seconds()
	if seconds <= 0 {
		return 0, 0
	}
	return float64(p.last.step-first.step) / seconds, float64(p.last.updates-first.updates) / seconds
}

// thousands writes a count with commas, as in 1,250,000.
func thousands(count int64) string {
	digits := strconv.FormatInt(count, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
