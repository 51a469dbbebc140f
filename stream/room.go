package stream

import (
	"cmp"
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// checkRoom refuses a message of so many bytes if the log or its disk has no room for it.
func (l *Log) checkRoom(ctx context.Context, bytes int64) error {
	if l.config.Quota > 0 {
		status, err := l.Status(ctx)
		if err != nil {
			return err
		}
		if held := int64(status.Bytes); held+bytes > l.config.Quota {
			return fmt.Errorf("%w: the log has %d bytes and a quota of %d: raise the quota, or bound what is retained", ErrFull, held, l.config.Quota)
		}
	}
	if l.config.Folder == "" {
		return nil
	}
	free, all, err := room(l.config.Folder)
	if err != nil {
		return err
	}
	reserve := cmp.Or(l.config.Reserve, min(mostReserve, all/20))
	if free-bytes < reserve {
		return fmt.Errorf("%w: no space left on device beyond the reserve: %d bytes are free, %d must stay free: make room and go on", ErrFull, free, reserve)
	}
	return nil
}

// retainSteps removes the oldest messages that lie more than the retained steps before end.
func (l *Log) retainSteps(ctx context.Context, end int64) error {
	steps := l.config.Retention.Steps
	if steps == 0 {
		return nil
	}
	for {
		status, err := l.Status(ctx)
		if err != nil {
			return err
		}
		oldest, err := l.stream.GetMsg(ctx, status.First)
		if err != nil {
			return fmt.Errorf("the oldest message: %w", err)
		}
		header, err := readHeader(oldest.Header)
		if err != nil || end-header.End() < steps {
			return err
		}
		if err := l.stream.Purge(ctx, jetstream.WithPurgeSequence(status.First+1)); err != nil {
			return fmt.Errorf("removing the oldest message: %w", err)
		}
	}
}
