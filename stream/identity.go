package stream

import (
	"context"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"
)

// identityKey is where the description of a stream has the log's identity.
const identityKey = "reverie-log"

// identify learns the log's identity. A log whose description does not tell it is new, and has the time when
// it was made as its identity, or has lost it: then its oldest chunk knows.
func (l *Log) identify(ctx context.Context) error {
	info := l.stream.CachedInfo()
	if l.identity = info.Config.Metadata[identityKey]; l.identity != "" {
		return nil
	}
	chunks, err := l.headers(ctx, l.everything(), 0)
	if err != nil {
		return err
	}
	identity := strconv.FormatInt(info.Created.UnixNano(), 36)
	if len(chunks) > 0 && chunks[0].Log != "" {
		identity = chunks[0].Log
	}
	return l.setIdentity(ctx, info.Config, identity)
}

// setIdentity adds the identity to the description of the stream.
func (l *Log) setIdentity(ctx context.Context, config jetstream.StreamConfig, identity string) error {
	if config.Metadata == nil {
		config.Metadata = map[string]string{}
	}
	config.Metadata[identityKey] = identity
	var err error
	if l.stream, err = l.jet.UpdateStream(ctx, config); err != nil {
		return fmt.Errorf("stream: naming %s: %w", l.place(), err)
	}
	l.identity = identity
	return nil
}

// checkOwner refuses a chunk of another log, as there is when files of several were mixed up.
func (l *Log) checkOwner(chunk Header) error {
	if l.identity == "" || chunk.Log == "" || chunk.Log == l.identity {
		return nil
	}
	return fmt.Errorf("it is of another log, %s and not %s", chunk.Log, l.identity)
}
