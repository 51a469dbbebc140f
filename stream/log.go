package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reverie-rl/reverie/internal/lock"
)

// Config says where a log is and what it may take.
type Config struct {
	// Folder holds the log's files, and the process its server. URL names a log in an existing server
	// instead: nats://HOST:PORT/NAME, where NAME has letters, digits, - and _. One of the two is set.
	Folder, URL string

	// Retention removes the oldest messages, whoever may still want them. The zero value keeps all.
	Retention Retention

	// Quota is the most bytes that the log may have, and Reserve the least that must stay free on the
	// disk of Folder: a chunk beyond them is refused, and all before it stay. 0 is no quota, and a
	// reserve of a twentieth of the disk or 64 MiB, whichever is less.
	Quota, Reserve int64

	Warnings io.Writer // what the server inside the process complains of; nil drops it
}

// Retention is how much of the newest experience is kept. 0 is no limit.
type Retention struct {
	Steps int64
	Bytes int64
	Age   time.Duration
}

// mostReserve is the most that a log leaves free on a disk without being told to, in bytes.
const mostReserve = 64 << 20

// insideName is the name of the log in a folder.
const insideName = "experience"

// duplicates is for how long a message that was sent twice is recognised by its id. Later than that, it is
// recognised by the sequence that it follows.
const duplicates = 2 * time.Minute

// Log is an open log. It may be used by any number of goroutines.
type Log struct {
	config     Config
	name       string
	identity   string // chunks of another one are not this log's
	lock       *lock.Lock
	server     *server.Server // inside the process, or nil
	complaints *complaints    // of that server, and of the connection
	connection *nats.Conn
	jet        jetstream.JetStream
	stream     jetstream.Stream
}

// Open opens a log, or makes it if it is not there. A folder that another process has open is an error
// that names that process.
func Open(ctx context.Context, config Config) (*Log, error) {
	if (config.Folder == "") == (config.URL == "") {
		return nil, errors.New("stream: a log has a folder or a URL, one of them")
	}
	if config.Warnings == nil {
		config.Warnings = io.Discard
	}
	l := &Log{config: config, name: insideName, complaints: &complaints{out: config.Warnings}}
	if err := l.open(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Log) open(ctx context.Context) error {
	if err := l.connect(); err != nil {
		return err
	}
	var err error
	if l.jet, err = jetstream.New(l.connection, jetstream.WithDefaultTimeout(startPatience)); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	if err := l.openStream(ctx); err != nil {
		return fmt.Errorf("stream: opening %s: %w", l.place(), err)
	}
	return l.identify(ctx)
}

// openStream opens the log's stream, or makes it. Made over the files of a log whose description was
// damaged, a stream has the messages of those files.
func (l *Log) openStream(ctx context.Context) error {
	config := jetstream.StreamConfig{
		Name: l.name, Subjects: []string{l.everything()}, Storage: jetstream.FileStorage,
		MaxBytes: unlimited(l.config.Retention.Bytes), MaxAge: l.config.Retention.Age,
		Discard: jetstream.DiscardOld, Duplicates: l.duplicates(), AllowDirect: true,
	}
	var err error
	if l.stream, err = l.jet.Stream(ctx, l.name); err == nil {
		if l.config.Retention == (Retention{}) {
			return nil // whoever asks for no retention leaves what there is
		}
		config.Metadata = l.stream.CachedInfo().Config.Metadata
	}
	l.stream, err = l.jet.CreateOrUpdateStream(ctx, config)
	return err
}

// duplicates is never longer than messages are kept.
func (l *Log) duplicates() time.Duration {
	if age := l.config.Retention.Age; age > 0 {
		return min(age, duplicates)
	}
	return duplicates
}

// unlimited is how JetStream writes a limit.
func unlimited(limit int64) int64 {
	if limit == 0 {
		return -1
	}
	return limit
}

// connect connects to the server that config names, or to one that it starts.
func (l *Log) connect() (err error) {
	if l.config.URL != "" {
		return l.connectOutside()
	}
	if err := os.MkdirAll(l.config.Folder, 0o755); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	if l.lock, err = lock.Folder(l.config.Folder); err != nil {
		return err
	}
	if err := mend(l.config.Folder, l.config.Warnings); err != nil {
		return err
	}
	if l.server, err = startServer(l.config.Folder, l.complaints); err != nil {
		return err
	}
	if l.connection, err = connectInside(l.server, l.complaints.option()); err != nil {
		return fmt.Errorf("stream: %s: %w", l.config.Folder, err)
	}
	return nil
}

func (l *Log) connectOutside() error {
	address, err := url.Parse(l.config.URL)
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	l.name = strings.Trim(address.Path, "/")
	if !validName(l.name) {
		return fmt.Errorf("stream: %s names no log: write nats://HOST:PORT/NAME, NAME of letters, digits, - and _", l.config.URL)
	}
	address.Path = ""
	if l.connection, err = nats.Connect(address.String(), nats.Name("reverie"), nats.MaxReconnects(-1), l.complaints.option()); err != nil {
		return fmt.Errorf("stream: no server answers at %s: %w", address.Redacted(), err)
	}
	return nil
}

// validName tells whether a log or a writer can have the name, which is part of a subject.
func validName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	return name != "" && strings.Trim(name, letters) == ""
}

// Holds tells whether there are messages in the log in folder, without opening it.
func Holds(folder string) bool {
	blocks, _ := filepath.Glob(filepath.Join(folder, "jetstream", "*", "streams", "*", "msgs", "*.blk")) // the pattern is well-formed
	return slices.ContainsFunc(blocks, func(path string) bool {
		about, err := os.Stat(path)
		return err == nil && about.Size() > 0
	})
}

// place is where the log is, for messages.
func (l *Log) place() string {
	if l.config.URL != "" {
		return l.config.URL
	}
	return l.config.Folder
}

// Close closes the log. What was acknowledged is there when it is opened again.
func (l *Log) Close() error {
	if l.connection != nil {
		l.connection.Close()
	}
	if l.server != nil {
		l.server.Shutdown()
		l.server.WaitForShutdown()
	}
	if l.lock != nil {
		return l.lock.Unlock()
	}
	return nil
}

// Status is what a log holds.
type Status struct {
	Messages    uint64
	Bytes       uint64
	First, Last uint64 // sequences of the oldest and the newest message
	Missing     int    // messages between them that are gone: damaged, or deleted by someone
}

// Status returns what the log holds now.
func (l *Log) Status(ctx context.Context) (Status, error) {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return Status{}, fmt.Errorf("stream: %s: %w", l.place(), err)
	}
	state := info.State
	return Status{state.Msgs, state.Bytes, state.FirstSeq, state.LastSeq, state.NumDeleted}, nil
}
