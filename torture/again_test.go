package torture

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reverie-rl/reverie/stream"
)

// TestServerStartedAgain stops a server while a writer writes, and starts it on the same files and port
// (C10). The writer goes on, or fails and is resumed where it was acknowledged: each row is there once.
func TestServerStartedAgain(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	folder := filepath.Join(t.TempDir(), "store")
	s := startServer(t, folder, -1)
	port := s.Addr().(*net.TCPAddr).Port
	log, err := stream.Open(t.Context(), stream.Config{URL: s.ClientURL() + "/log"})
	noError(t, err)
	defer log.Close()
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan stubborn)
	go func() { written <- writeThrough(ctx, log, random.Uint64()) }()
	restarts := rounds(4, 60)
	for range restarts {
		time.Sleep(time.Duration(50+random.IntN(200)) * time.Millisecond)
		stopServer(s)
		time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)
		s = startServer(t, folder, port)
	}
	time.Sleep(200 * time.Millisecond)
	stop()
	w := <-written
	found, err := readAll(t.Context(), log)
	noError(t, err)
	noError(t, found.whole("one", w.at.Row))
	if w.at.Row == 0 || len(found.of("one").cuts) > 0 {
		t.Errorf("%d rows were acknowledged, and %v are cut", w.at.Row, found.of("one").cuts)
	}
	t.Logf("the writer failed %d times, last: %v", w.failures, w.last)
	measured.add("restarts of a server under a writer", int64(restarts))
	measured.add("of these, a writer failed and was resumed", int64(w.failures))
}

// stubborn is a writer that is resumed when it fails.
type stubborn struct {
	at       stream.Position // acknowledged
	failures int
	last     error
}

func writeThrough(ctx context.Context, log *stream.Log, seed uint64) stubborn {
	var s stubborn
	random := rand.New(rand.NewPCG(seed, 0))
	for ctx.Err() == nil {
		writer, _, err := log.Resume(ctx, "one", schema(), s.at, 1, nil)
		for err == nil && ctx.Err() == nil {
			if err = sourceOf("one").play(writer, 1+random.IntN(40)); err == nil {
				s.at = writer.Position()
			}
		}
		if err != nil && ctx.Err() == nil {
			s.last, s.failures = err, s.failures+1
			time.Sleep(50 * time.Millisecond)
		}
	}
	return s
}

// Messages that are published once more as they were, at once, after a server was started again, or much
// later under another id, are there once (C10).
func TestMessagesSentTwice(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "store")
	s := startServer(t, folder, -1)
	port := s.Addr().(*net.TCPAddr).Port
	config := stream.Config{URL: s.ClientURL() + "/log"}
	log, err := stream.Open(t.Context(), config)
	noError(t, err)
	defer log.Close()
	w, err := log.NewWriter(t.Context(), "one", schema())
	noError(t, err)
	for range 5 {
		noError(t, sourceOf("one").play(w, 20))
	}
	before, err := log.Status(t.Context())
	noError(t, err)
	sendAgain(t, s.ClientURL(), false)
	stopServer(s)
	s = startServer(t, folder, port)
	sendAgain(t, s.ClientURL(), false)
	sendAgain(t, s.ClientURL(), true)
	if after, err := log.Status(t.Context()); err != nil || after != before {
		t.Errorf("the log has %+v, had %+v, %v", after, before, err)
	}
}

// sendAgain publishes all messages once more. Under another id, as those whose id was forgotten.
func sendAgain(t *testing.T, address string, forgotten bool) {
	t.Helper()
	connection, err := nats.Connect(address)
	noError(t, err)
	defer connection.Close()
	jet, err := jetstream.New(connection)
	noError(t, err)
	log, err := jet.Stream(t.Context(), "log")
	noError(t, err)
	for sequence := range log.CachedInfo().State.LastSeq {
		stored, err := log.GetMsg(t.Context(), sequence+1)
		noError(t, err)
		message := &nats.Msg{Subject: stored.Subject, Header: stored.Header, Data: stored.Data}
		if forgotten {
			message.Header.Set(jetstream.MsgIDHeader, message.Header.Get(jetstream.MsgIDHeader)+"-again")
		}
		ack, err := jet.PublishMsg(t.Context(), message)
		refused := (*jetstream.APIError)(nil)
		switch {
		case forgotten && errors.As(err, &refused) && refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence:
		case !forgotten && err == nil && ack.Duplicate && ack.Sequence == sequence+1:
		case !forgotten && errors.As(err, &refused) && refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence:
		default:
			t.Errorf("message %d sent again: %+v, %v", sequence+1, ack, err)
		}
	}
}
