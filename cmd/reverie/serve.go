package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/reverie-rl/reverie/env/remote"
)

type serveEnvCommand struct {
	look
	Listen  string        `default:"127.0.0.1:7420" help:"Address and port; port 0 takes a free one. There is no password: other addresses than this machine's own are open to all who can reach them."`
	Worlds  int           `default:"64" help:"Environments at once, of all clients."`
	Message int           `default:"64" help:"Largest message, in MiB."`
	Stall   time.Duration `default:"10m" help:"How long a client may be silent."`
	Idle    time.Duration `help:"Stop after no client for this long; by default never."`
}

// Run serves every task until a signal arrives.
func (c *serveEnvCommand) Run(s *session) error {
	if c.Worlds < 1 || c.Message < 1 || c.Message > 1024 || c.Stall <= 0 || c.Idle < 0 {
		return usage(fmt.Errorf("--worlds and --stall must be positive, --message in [1, 1024], and --idle not negative"))
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return usage(err)
	}
	ctx, stop := signal.NotifyContext(s.context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Fprintf(s.out, "serving %d tasks at %s%s\n", len(s.catalogues.Tasks), remote.Scheme, listener.Addr())
	limits := remote.Limits{Worlds: c.Worlds, Message: c.Message << 20, Stall: c.Stall, Idle: c.Idle}
	tasks := slices.Clone(s.catalogues.Tasks)
	for i, task := range tasks {
		tasks[i] = c.at(task)
	}
	return remote.NewServer(tasks, limits).Serve(ctx, listener)
}
