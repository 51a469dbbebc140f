package main

import (
	"fmt"

	"github.com/reverie-rl/reverie/bench"
)

// streamReport is what bench stream prints with --json. The time is that of a row of 24 numbers, written.
type streamReport struct {
	benchReport
	bench.StreamSpeed
}

// streamMegabytes is how much is written and read, streamRows how many rows are recovered.
const streamMegabytes, streamRows = 1000, 1_000_000

// stream times the experience log beside a bare client of the same server.
func (c *workCommand) stream(s *session) error {
	speed, err := bench.Stream(s.context, streamMegabytes, streamRows)
	if err != nil {
		return err
	}
	report := streamReport{benchReport{"reverie", "stream", 1000 / speed.VectorRowsWritten, 1}, speed}
	line := fmt.Sprintf("images: %.0f MB/s written (%.2f of a bare client), %.0f MB/s read (%.2f of a bare client)\nvectors: %.0f rows/s written; %d rows recovered in %.2f s, %.1f s a gigabyte",
		speed.PublishMBPerSecond, speed.PublishMBPerSecond/speed.BarePublishMBPerSecond, speed.ReadMBPerSecond, speed.ReadMBPerSecond/speed.BareReadMBPerSecond,
		speed.VectorRowsWritten, speed.RecoveredRows, speed.RecoverySeconds, speed.SecondsPerGB)
	return c.print(s, report, line)
}
