package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// StreamSpeed is how fast the experience log is, beside a bare client of the same server. Every message is
// brought to the disk before the next is sent; log and client take turns, and these are the medians.
type StreamSpeed struct {
	// Images of 64 x 64 x 3 random bytes, which cannot be packed, in messages of nearly 1 MB.
	PublishMBPerSecond     float64 `json:"publish_mb_per_second"`
	BarePublishMBPerSecond float64 `json:"bare_publish_mb_per_second"`
	ReadMBPerSecond        float64 `json:"read_mb_per_second"`
	BareReadMBPerSecond    float64 `json:"bare_read_mb_per_second"`

	// Rows of 24 random numbers, 6 of an action and the columns that all rows have, into a table.
	RecoveredRows     int     `json:"recovered_rows"`
	RecoverySeconds   float64 `json:"recovery_seconds"`    // opening the log, verifying and filling the table
	SecondsPerGB      float64 `json:"seconds_per_gb"`      // of the log's bytes
	VectorRowsWritten float64 `json:"vector_rows_written"` // a second
}

// Stream measures the log in a folder that it makes under the system's folder for temporary files: with so
// many megabytes of images, and rows of vectors.
func Stream(ctx context.Context, megabytes, rows int) (StreamSpeed, error) {
	folder, err := os.MkdirTemp("", "reverie-bench")
	if err != nil {
		return StreamSpeed{}, err
	}
	defer os.RemoveAll(folder)
	var rounds []StreamSpeed
	for i := range streamRounds {
		var round StreamSpeed
		if err := round.images(ctx, filepath.Join(folder, fmt.Sprint("images", i)), megabytes/streamRounds); err != nil {
			return round, err
		}
		if err := round.bare(ctx, filepath.Join(folder, fmt.Sprint("bare", i)), megabytes/streamRounds); err != nil {
			return round, err
		}
		rounds = append(rounds, round)
	}
	speed := medians(rounds)
	return speed, speed.recovery(ctx, filepath.Join(folder, "vectors"), rows)
}

// streamRounds is how often log and bare client take turns: a disk has its moods.
const streamRounds = 5

// medians are the medians of the speeds of images.
func medians(rounds []StreamSpeed) StreamSpeed {
	of := func(field func(StreamSpeed) float64) float64 {
		var values []float64
		for _, round := range rounds {
			values = append(values, field(round))
		}
		return median(values)
	}
	return StreamSpeed{
		PublishMBPerSecond:     of(func(s StreamSpeed) float64 { return s.PublishMBPerSecond }),
		BarePublishMBPerSecond: of(func(s StreamSpeed) float64 { return s.BarePublishMBPerSecond }),
		ReadMBPerSecond:        of(func(s StreamSpeed) float64 { return s.ReadMBPerSecond }),
		BareReadMBPerSecond:    of(func(s StreamSpeed) float64 { return s.BareReadMBPerSecond }),
	}
}

// images writes and reads images.
func (s *StreamSpeed) images(ctx context.Context, folder string, megabytes int) error {
	log, err := stream.Open(ctx, stream.Config{Folder: folder})
	if err != nil {
		return err
	}
	defer log.Close()
	layout := replay.Layout{Observation: 1, Action: 1, Reward: 1, Image: 64 * 64 * 3}
	writer, err := log.NewWriter(ctx, "images", stream.Schema{Task: "bench/images", ActionRepeat: 1, Layout: layout})
	if err != nil {
		return err
	}
	frames := make([]byte, 100*layout.Image)
	fillBytes(frames)
	step := replay.Step{Action: make([]float32, 1), Reward: make([]float32, 1), Discount: 1, Observation: make([]float32, 1), Image: frames[:layout.Image]}
	begin := time.Now()
	if err := writer.Begin(step, nil); err != nil {
		return err
	}
	count := megabytes * 1_000_000 / layout.Image
	for i := range count {
		step.Image = frames[i%100*layout.Image:][:layout.Image]
		if err := writer.Append(step, nil, false); err != nil {
			return err
		}
	}
	if err := writer.Flush(); err != nil {
		return err
	}
	written := float64(count*layout.Image) / 1e6
	s.PublishMBPerSecond = written / time.Since(begin).Seconds()
	begin = time.Now()
	for _, err := range log.Read(ctx, stream.From(0)) {
		if err != nil {
			return err
		}
	}
	s.ReadMBPerSecond = written / time.Since(begin).Seconds()
	return writer.Close()
}

func fillBytes(bytes []byte) {
	random := rand.New(rand.NewPCG(3, 3))
	for i := range bytes {
		bytes[i] = byte(random.Uint32())
	}
}

// bare does the same with a client and nothing around it.
func (s *StreamSpeed) bare(ctx context.Context, folder string, megabytes int) error {
	inside, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true, JetStream: true, StoreDir: folder, SyncAlways: true, JetStreamMaxStore: 1 << 50})
	if err != nil {
		return err
	}
	inside.Start()
	defer func() { inside.Shutdown(); inside.WaitForShutdown() }()
	if !inside.ReadyForConnections(30 * time.Second) {
		return errors.New("bench: the server does not start")
	}
	connection, err := nats.Connect("", nats.InProcessServer(inside))
	if err != nil {
		return err
	}
	defer connection.Close()
	jet, err := jetstream.New(connection)
	if err != nil {
		return err
	}
	messages, err := jet.CreateStream(ctx, jetstream.StreamConfig{Name: "bare", Subjects: []string{"bare"}})
	if err != nil {
		return err
	}
	payload := make([]byte, 900_000)
	fillBytes(payload)
	count := megabytes * 1_000_000 / len(payload)
	written := float64(count*len(payload)) / 1e6
	begin := time.Now()
	for range count {
		if _, err := jet.Publish(ctx, "bare", payload); err != nil {
			return err
		}
	}
	s.BarePublishMBPerSecond = written / time.Since(begin).Seconds()
	begin = time.Now()
	if err := readBare(ctx, messages, count); err != nil {
		return err
	}
	s.BareReadMBPerSecond = written / time.Since(begin).Seconds()
	return nil
}

func readBare(ctx context.Context, messages jetstream.Stream, count int) error {
	consumer, err := messages.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return err
	}
	incoming, err := consumer.Messages(jetstream.PullMaxBytes(16 << 20))
	if err != nil {
		return err
	}
	defer incoming.Stop()
	for range count {
		if _, err := incoming.Next(); err != nil {
			return err
		}
	}
	return nil
}

// recovery writes rows of vectors and opens the log again, as a run does that resumes.
func (s *StreamSpeed) recovery(ctx context.Context, folder string, rows int) error {
	schema := stream.Schema{Task: "bench/vectors", ActionRepeat: 1, Layout: vectors}
	position, bytes, err := s.writeVectors(ctx, folder, schema, rows)
	if err != nil {
		return err
	}
	table, err := replay.NewTable(vectors, rows+1)
	if err != nil {
		return err
	}
	begin := time.Now()
	log, err := stream.Open(ctx, stream.Config{Folder: folder})
	if err != nil {
		return err
	}
	defer log.Close()
	view := stream.NewView(table)
	writer, found, err := log.Resume(ctx, "vectors", schema, position, int64(rows), view.Add)
	if err != nil {
		return err
	}
	if err := view.Finish(); err != nil {
		return err
	}
	s.RecoverySeconds, s.RecoveredRows = time.Since(begin).Seconds(), int(found.Rows)
	s.SecondsPerGB = s.RecoverySeconds / (float64(bytes) / 1e9)
	if table.Len() != rows {
		return fmt.Errorf("bench: %d of %d steps were recovered", table.Len(), rows)
	}
	return writer.Close()
}

// writeVectors writes rows and returns where they end, and the bytes of the log.
func (s *StreamSpeed) writeVectors(ctx context.Context, folder string, schema stream.Schema, rows int) (stream.Position, uint64, error) {
	log, err := stream.Open(ctx, stream.Config{Folder: folder})
	if err != nil {
		return stream.Position{}, 0, err
	}
	defer log.Close()
	writer, _, err := log.Resume(ctx, "vectors", schema, stream.Position{}, int64(rows), nil)
	if err != nil {
		return stream.Position{}, 0, err
	}
	random := rand.New(rand.NewPCG(4, 4))
	step := replay.Step{Action: make([]float32, 6), Reward: make([]float32, 1), Discount: 1, Observation: make([]float32, 24)}
	begin := time.Now()
	if err := writer.Begin(step, nil); err != nil {
		return stream.Position{}, 0, err
	}
	for range rows {
		fillNormal(random, step.Action, step.Reward, step.Observation)
		if err := writer.Append(step, nil, false); err != nil {
			return stream.Position{}, 0, err
		}
	}
	if err := writer.Flush(); err != nil {
		return stream.Position{}, 0, err
	}
	s.VectorRowsWritten = float64(rows) / time.Since(begin).Seconds()
	status, err := log.Status(ctx)
	if err != nil {
		return stream.Position{}, 0, err
	}
	return writer.Position(), status.Bytes, writer.Close()
}
