package stream

import (
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
func startServer(folder string, log io.Writer) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "reverie", DontListen: true, NoSigs: true, MaxPayload: largestMessage,
		JetStream: true, StoreDir: folder, SyncAlways: true,
		JetStreamMaxMemory: 1 << 20, JetStreamMaxStore: 1 << 50, // the log has its own limits
	})
	if err != nil {
		return nil, fmt.Errorf("stream: %s: %w", folder, err)
	}
	complaints := &complaints{out: log}
	s.SetLoggerV2(complaints, false, false, false)
	s.Start()
	if !s.ReadyForConnections(startPatience) || !s.JetStreamEnabled() {
		s.Shutdown()
		return nil, fmt.Errorf("stream: %s cannot be opened as a store: %s", folder, complaints.last())
	}
	return s, nil
}

// connectInside connects to a server inside the process.
func connectInside(s *server.Server) (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(s), nats.Name("reverie"), nats.Timeout(startPatience))
}

// complaints passes the server's warnings and errors on, and keeps the last.
type complaints struct {
	out  io.Writer
	lock sync.Mutex
	text string
}

func (c *complaints) note(format string, arguments ...any) {
	text := strings.TrimSpace(fmt.Sprintf(format, arguments...))
	c.lock.Lock()
	defer c.lock.Unlock()
	c.text = text
	fmt.Fprintln(c.out, "experience log:", text)
}

func (c *complaints) last() string {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.text
}

// These are the methods of the server's logger.

func (c *complaints) Warnf(format string, arguments ...any)  { c.note(format, arguments...) }
func (c *complaints) Errorf(format string, arguments ...any) { c.note(format, arguments...) }
func (c *complaints) Fatalf(format string, arguments ...any) { c.note(format, arguments...) }
func (c *complaints) Noticef(string, ...any)                 {}
func (c *complaints) Debugf(string, ...any)                  {}
func (c *complaints) Tracef(string, ...any)                  {}
