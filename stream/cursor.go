package stream

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// cursor is a place in the log that moves on from message to message.
type cursor struct {
	log      *Log
	incoming jetstream.MessagesContext
	subject  string
	previous uint64 // the message before
	unknown  bool   // previous is not known yet: reading begins at a time
	last     uint64 // to read
}

// quiet is how long a message may take that the server should send. It sends none that it finds damaged.
const quiet = 500 * time.Millisecond

// receive passes messages on up to the last, or to the end of the context if there is no last one.
func (c *cursor) receive(ctx context.Context, yield func(message, error) bool) error {
	for c.previous < c.last {
		received, err := c.next(ctx)
		if errors.Is(err, nats.ErrTimeout) {
			received, err = c.ask(ctx)
		}
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound) && c.last == endless:
			continue
		case errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && received.sequence > c.last:
			c.skip(c.last+1, yield)
			return nil
		case err != nil && ctx.Err() != nil && c.last == endless:
			return nil
		case err != nil:
			return err
		case received.sequence <= c.previous:
			continue // it was asked for before the server sent it
		}
		if !c.skip(received.sequence, yield) {
			return nil
		}
		c.previous, c.unknown = received.sequence, false
		if !yield(received, nil) {
			return nil
		}
	}
	return nil
}

// skip reports the messages before sequence that were not sent. In a subject of one writer, they may be
// those of others.
func (c *cursor) skip(sequence uint64, yield func(message, error) bool) bool {
	if c.unknown || sequence == c.previous+1 || c.subject != c.log.everything() {
		return true
	}
	return yield(message{}, &DamageError{c.previous + 1, sequence - 1, errMissing})
}

// next waits for the server to send a message, no longer than quiet.
func (c *cursor) next(ctx context.Context) (message, error) {
	limited, cancel := context.WithTimeout(ctx, quiet)
	defer cancel()
	received, err := c.incoming.Next(jetstream.NextContext(limited))
	if err != nil {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			err = nats.ErrTimeout
		}
		return message{}, err
	}
	about, err := received.Metadata()
	if err != nil {
		return message{}, err
	}
	return message{received.Headers(), received.Data(), about.Sequence.Stream}, nil
}

// ask asks for the next message by itself, as it is, damaged or not.
func (c *cursor) ask(ctx context.Context) (message, error) {
	if c.unknown {
		return message{}, jetstream.ErrMsgNotFound
	}
	got, err := c.log.stream.GetMsg(ctx, c.previous+1, jetstream.WithGetMsgSubject(c.subject))
	if err != nil {
		return message{}, err
	}
	return message{got.Header, got.Data, got.Sequence}, nil
}
