package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// attempt is how long a server may take to acknowledge a message before it is sent again.
const attempt = 5 * time.Second

// send stores a message and returns its sequence in the log. A server that was started again may have stored
// it and never say so: it is sent once more then, and found by its id.
func (p *publisher) send(ctx context.Context, message *nats.Msg, id string) (uint64, error) {
	for {
		ack, err := p.sendOnce(ctx, message, id)
		switch refusal := (*jetstream.APIError)(nil); {
		case err == nil:
			return ack.Sequence, nil
		case errors.As(err, &refusal) && refusal.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence:
			return p.sentBefore(ctx, id, err)
		case ctx.Err() != nil || !unanswered(err):
			return 0, err
		}
		if failure := p.log.failure(); failure != "" {
			return 0, fmt.Errorf("nothing can be stored any more: %s: see to the disk, and open the log again", failure)
		}
	}
}

func (p *publisher) sendOnce(ctx context.Context, message *nats.Msg, id string) (*jetstream.PubAck, error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	options := []jetstream.PublishOpt{jetstream.WithMsgID(id)}
	if p.log.server == nil { // nobody else can write to a server inside the process, which would read the message before each time
		options = append(options, jetstream.WithExpectLastSequencePerSubject(p.message))
	}
	return p.log.jet.PublishMsg(ctx, message, options...)
}

// failure is the last error of the server inside the process. It answers nothing to a message that it could not
// write.
func (l *Log) failure() string {
	if l.server == nil {
		return ""
	}
	_, failure := l.complaints.last()
	return failure
}

// unanswered tells whether a server may answer yet.
func unanswered(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, jetstream.ErrNoStreamResponse)
}

// sentBefore returns the sequence of the writer's newest message, if that is the one which was refused because
// of it.
func (p *publisher) sentBefore(ctx context.Context, id string, refusal error) (uint64, error) {
	newest, err := p.log.stream.GetLastMsgForSubject(ctx, p.subject)
	if err == nil && newest.Header.Get(jetstream.MsgIDHeader) == id {
		return newest.Sequence, nil
	}
	return 0, errors.Join(fmt.Errorf("another process writes under the same name: %w", refusal), err)
}
