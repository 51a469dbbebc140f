package track

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// clockedProgress is a Progress on a pipe, whose clock the test moves.
func clockedProgress(output *bytes.Buffer, step, total int64) (*Progress, func(time.Duration)) {
	p := NewProgress(output, step, total)
	now := p.last.time
	p.now = func() time.Time { return now }
	return p, func(d time.Duration) { now = now.Add(d) }
}

func TestProgressLines(t *testing.T) {
	var output bytes.Buffer
	p, wait := clockedProgress(&output, 0, 100_000)
	p.Set(0, 0)
	for i := range int64(120) {
		wait(100 * time.Millisecond)
		p.Set(100*(i+1), 25*(i+1))
		if i == 60 {
			p.Return(-812.345)
		}
	}
	p.Finish(12_000, 3_000)
	want := `step 0 of 100,000 (0%)
step 5,000 of 100,000 (5%), 1,000 steps/s, 250 updates/s, 1m35s left
step 10,000 of 100,000 (10%), 1,000 steps/s, 250 updates/s, return -812.3, 1m30s left
step 12,000 of 100,000 (12%), 1,000 steps/s, 250 updates/s, return -812.3, 1m28s left
`
	if got := output.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Speed and remaining time of a resumed run are those of its own steps.
func TestProgressOfAResumedRun(t *testing.T) {
	var output bytes.Buffer
	p, wait := clockedProgress(&output, 50_000, 100_000)
	p.Set(50_000, 9_000)
	wait(5 * time.Second)
	p.Set(50_500, 9_100)
	want := "step 50,500 of 100,000 (50%), 100 steps/s, 20 updates/s, 8m15s left\n"
	if got := output.String(); !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end with %q", got, want)
	}
}

func TestProgressFollowsTheRecentSpeed(t *testing.T) {
	var output bytes.Buffer
	p, wait := clockedProgress(&output, 0, 1_000_000)
	step := int64(0)
	p.Set(step, 0)
	for i := range 60 {
		wait(5 * time.Second)
		step += 50_000
		if i >= 20 {
			step -= 49_500
		}
		p.Set(step, 0)
	}
	lines := strings.Split(strings.TrimSpace(output.String()), "\n")
	if last := lines[len(lines)-1]; !strings.Contains(last, " 100 steps/s") {
		t.Errorf("the last line is %q, want 100 steps/s", last)
	}
}

func TestProgressBar(t *testing.T) {
	var output bytes.Buffer
	p, wait := clockedProgress(&output, 0, 1000)
	p.bar = newBar(&output, 1000)
	p.Return(7)
	p.Set(1, 0)
	wait(time.Second)
	p.Set(500, 100)
	p.Finish(1000, 200)
	for _, want := range []string{"50%", "100%", "499 steps/s", "return 7", "|"} {
		if !strings.Contains(output.String(), want) {
			t.Errorf("the bar does not show %q: %q", want, output.String())
		}
	}
}

func TestThousands(t *testing.T) {
	for count, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999: "-999", 1234567: "1,234,567"} {
		if got := thousands(count); got != want {
			t.Errorf("%d is written %q, want %q", count, got, want)
		}
	}
}
