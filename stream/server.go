package stream

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// largestMessage is what the server inside the process takes.
const largestMessage = 8 << 20

// startPatience is how long a server inside the process may take to start, and to answer: the machine may have
// much else to do.
const startPatience = 30 * time.Second

// startServer runs a server inside the process. It listens on no port and brings every message to the
// disk before it acknowledges it.
func startServer(folder string, complaints *complaints) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "reverie", DontListen: true, NoSigs: true, MaxPayload: largestMessage,
		JetStream: true, StoreDir: folder, SyncAlways: true,
		JetStreamMaxMemory: 1 << 20, JetStreamMaxStore: 1 << 50, // the log has its own limits
	})
	if err != nil {
		return nil, fmt.Errorf("stream: %s: %w", folder, err)
	}
	s.SetLoggerV2(complaints, false, false, false)
	s.Start()
	if !s.ReadyForConnections(startPatience) || !s.JetStreamEnabled() {
		s.Shutdown()
		warning, failure := complaints.last()
		return nil, fmt.Errorf("stream: %s cannot be opened as a store: %s", folder, cmp.Or(failure, warning))
	}
	return s, nil
}

// connectInside connects to a server inside the process.
func connectInside(s *server.Server, more nats.Option) (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(s), nats.Name("reverie"), nats.Timeout(startPatience), more)
}

// complaints passes the server's warnings and errors on, and keeps the last of each.
type complaints struct {
	out     io.Writer
	lock    sync.Mutex
	warning string
	failure string
}

func (c *complaints) note(kept *string, format string, arguments []any) {
	text := strings.TrimSpace(fmt.Sprintf(format, arguments...))
	c.lock.Lock()
	defer c.lock.Unlock()
	*kept = text
	fmt.Fprintln(c.out, "experience log:", text)
}

// last returns the last warning and the last error.
func (c *complaints) last() (warning, failure string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.warning, c.failure
}

// option makes a connection tell here what it cannot tell a caller, as of a message whose headers are damaged.
func (c *complaints) option() nats.Option {
	return nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.Warnf("%v", err) })
}

// These are the methods of the server's logger.

func (c *complaints) Warnf(format string, arguments ...any)  { c.note(&c.warning, format, arguments) }
func (c *complaints) Errorf(format string, arguments ...any) { c.note(&c.failure, format, arguments) }
func (c *complaints) Fatalf(format string, arguments ...any) { c.note(&c.failure, format, arguments) }
func (c *complaints) Noticef(string, ...any)                 {}
func (c *complaints) Debugf(string, ...any)                  {}
func (c *complaints) Tracef(string, ...any)                  {}
