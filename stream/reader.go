package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Start is where reading begins.
type Start struct {
	sequence uint64
	time     time.Time
	live     bool // from the message after the newest
}

// From begins with a message, or the next one that is there; 0 is the oldest.
func From(sequence uint64) Start { return Start{sequence: sequence} }

// Since begins with the first message that was stored at a time or later, by the server's clock.
func Since(t time.Time) Start { return Start{time: t} }

// Live begins with what is published next.
func Live() Start { return Start{live: true} }

// DamageError says that messages cannot be used. Reading goes on with the next one.
type DamageError struct {
	First, Last uint64 // messages
	Reason      error
}

func (e *DamageError) Error() string {
	if e.First == e.Last {
		return fmt.Sprintf("message %d: %v", e.First, e.Reason)
	}
	return fmt.Sprintf("messages %d to %d: %v", e.First, e.Last, e.Reason)
}

func (e *DamageError) Unwrap() error { return e.Reason }

// asDamage tells whether err is about damage.
func asDamage(err error, damage **DamageError) bool { return errors.As(err, damage) }

// errMissing is the reason of damage where the server has no message or found it damaged.
var errMissing = errors.New("damaged or deleted")

// Read reads the chunks of all writers up to the newest that was there when it began. An error that
// wraps a *DamageError is not the end; any other one is.
func (l *Log) Read(ctx context.Context, start Start) iter.Seq2[*Chunk, error] {
	return func(yield func(*Chunk, error) bool) {
		status, err := l.Status(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		if status.Messages > 0 && !start.live {
			start.sequence = max(start.sequence, status.First) // those before were not to be retained
			l.read(ctx, start, status.Last, l.everything(), yield)
		}
	}
}

// Follow reads like Read and goes on with what is published, until the context ends.
func (l *Log) Follow(ctx context.Context, start Start) iter.Seq2[*Chunk, error] {
	return func(yield func(*Chunk, error) bool) {
		if start.live {
			status, err := l.Status(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			start = From(status.Last + 1)
		}
		l.read(ctx, start, endless, l.everything(), yield)
	}
}

// everything is the subject of all writers.
func (l *Log) everything() string { return l.name + ".>" }

// History reads the chunks of all writers up to the newest like Read, without the rows that a writer
// replaced: each row of a writer comes once, in order, and a jump of First tells where rows are missing.
func (l *Log) History(ctx context.Context) iter.Seq2[*Chunk, error] {
	return l.HistoryUntil(ctx, endless)
}

// HistoryUntil is the History that there was when a message was the newest.
func (l *Log) HistoryUntil(ctx context.Context, last uint64) iter.Seq2[*Chunk, error] {
	return func(yield func(*Chunk, error) bool) {
		pieces, err := l.pieces(ctx, last)
		if err != nil {
			yield(nil, err)
			return
		}
		for chunk, err := range l.Read(ctx, From(0)) {
			if err == nil {
				p, kept := pieces[chunk.Message]
				if !kept {
					continue
				}
				chunk = chunk.slice(p.begin, p.end)
			}
			if !yield(chunk, err) {
				return
			}
		}
	}
}

// pieces returns what of each message up to the last is part of its writer's newest history.
func (l *Log) pieces(ctx context.Context, last uint64) (map[uint64]piece, error) {
	all, err := l.headers(ctx, l.everything(), 0)
	if err != nil {
		return nil, err
	}
	writers := map[string][]located{}
	for _, chunk := range all {
		if chunk.message <= last {
			writers[chunk.Writer] = append(writers[chunk.Writer], chunk)
		}
	}
	pieces := map[uint64]piece{}
	for _, chunks := range writers {
		for _, p := range history(chunks, math.MaxInt) {
			pieces[p.message] = p
		}
	}
	return pieces, nil
}

// endless is a last message that never comes.
const endless = ^uint64(0)

// chunks reads the chunks of a subject in messages first to last.
func (l *Log) chunks(ctx context.Context, first, last uint64, subject string) iter.Seq2[*Chunk, error] {
	return func(yield func(*Chunk, error) bool) { l.read(ctx, From(first), last, subject, yield) }
}

// read unpacks messages up to the last.
func (l *Log) read(ctx context.Context, start Start, last uint64, subject string, yield func(*Chunk, error) bool) {
	unpacker, err := newUnpacker()
	if err != nil {
		yield(nil, err)
		return
	}
	defer unpacker.decoder.Close()
	for message, err := range l.messages(ctx, start, last, subject, false) {
		if err != nil {
			if !yield(nil, err) {
				return
			}
			continue
		}
		chunk, err := unpacker.chunk(message.headers, message.payload)
		if err == nil {
			err = l.checkOwner(chunk.Header)
		}
		if err != nil {
			err = fmt.Errorf("stream: %s: %w", l.place(), &DamageError{message.sequence, message.sequence, err})
		} else {
			chunk.Message = message.sequence
		}
		if !yield(chunk, err) {
			return
		}
	}
}

// headers returns the headers of the chunks of a subject from a message on. Those that cannot be read are
// left out.
func (l *Log) headers(ctx context.Context, subject string, from uint64) ([]located, error) {
	status, err := l.Status(ctx)
	if err != nil || status.Messages == 0 {
		return nil, err
	}
	var found []located
	for message, err := range l.messages(ctx, From(from), status.Last, subject, true) {
		if damage := (*DamageError)(nil); asDamage(err, &damage) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if header, err := readHeader(message.headers); err == nil && l.checkOwner(header) == nil {
			found = append(found, located{header, message.sequence})
		}
	}
	return found, nil
}

// message is a message as it is stored.
type message struct {
	headers  nats.Header
	payload  []byte
	sequence uint64
}

// readAhead is how many bytes of messages the server sends before they are asked for.
const readAhead = 16 << 20

// messages reads the messages of a subject up to the last. Without payloads, if only the headers are
// wanted.
func (l *Log) messages(ctx context.Context, start Start, last uint64, subject string, headersOnly bool) iter.Seq2[message, error] {
	return func(yield func(message, error) bool) {
		c := &cursor{log: l, last: last, subject: subject}
		config := jetstream.OrderedConsumerConfig{
			HeadersOnly: headersOnly, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: max(1, start.sequence),
		}
		if subject != l.everything() { // a filter costs the server time
			config.FilterSubjects = []string{subject}
		}
		c.previous = config.OptStartSeq - 1
		if !start.time.IsZero() {
			config.DeliverPolicy, config.OptStartSeq, config.OptStartTime = jetstream.DeliverByStartTimePolicy, 0, &start.time
			c.unknown = true
		}
		consumer, err := l.stream.OrderedConsumer(ctx, config)
		if err == nil {
			c.incoming, err = consumer.Messages(jetstream.PullMaxBytes(readAhead))
		}
		if err != nil {
			yield(message{}, fmt.Errorf("stream: reading %s: %w", l.place(), err))
			return
		}
		defer c.incoming.Stop()
		if err := c.receive(ctx, yield); err != nil {
			yield(message{}, fmt.Errorf("stream: reading %s: %w", l.place(), err))
		}
	}
}
