package torture

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/reverie-rl/reverie/stream"
)

// startServer starts a server on a port of loopback, any that is free if it is -1.
func startServer(t testing.TB, folder string, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: folder, NoSigs: true, NoLog: true, SyncAlways: true})
	noError(t, err)
	s.Start()
	t.Cleanup(func() { stopServer(s) })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s
}

func stopServer(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// fleet is actors in processes of their own that write to one server.
type fleet struct {
	config  stream.Config
	book    *book
	actors  []*process
	reports chan report // of all
	seed    uint64
}

func (f *fleet) name(actor int) string { return fmt.Sprintf("actor-%d", actor) }

// start starts an actor, which goes on behind what the log has of it.
func (f *fleet) start(t *testing.T, actor int) {
	t.Helper()
	f.seed++
	p := start(t, work{Config: f.config, Writers: []writing{{Name: f.name(actor), Continue: true}}, Seed: f.seed, Flush: 40})
	f.actors[actor] = p
	go func() {
		for r := range p.reports {
			f.reports <- r
		}
	}()
}

// await notes reports until all of the actors have had as many steps acknowledged since it began.
func (f *fleet) await(t *testing.T, actors []int, reports int) {
	t.Helper()
	missing := map[string]int{}
	for _, actor := range actors {
		missing[f.name(actor)] = reports
	}
	limit := time.After(20 * time.Second)
	for len(missing) > 0 {
		select {
		case r := <-f.reports:
			f.book.note(r)
			if missing[r.Writer]--; missing[r.Writer] <= 0 {
				delete(missing, r.Writer)
			}
		case <-limit:
			t.Fatalf("nothing was acknowledged for 20 s: %v", missing)
		}
	}
}

// TestKilledActors kills one of four actors again and again (A1): the others go on, and the one that is
// started again goes on behind its last row, after its open episode was cut.
func TestKilledActors(t *testing.T) {
	random := newRandom(t)
	s := startServer(t, t.TempDir(), -1)
	f := &fleet{stream.Config{URL: s.ClientURL() + "/log"}, newBook(), make([]*process, 4), make(chan report), random.Uint64()}
	all := []int{0, 1, 2, 3}
	for actor := range all {
		f.start(t, actor)
	}
	f.await(t, all, 5)
	kills := rounds(4, 100)
	for range kills {
		victim := random.IntN(len(all))
		f.actors[victim].kill(t)
		f.await(t, append(append([]int{}, all[:victim]...), all[victim+1:]...), 1+random.IntN(10))
		f.start(t, victim)
		f.await(t, []int{victim}, 2)
	}
	for actor := range all {
		f.actors[actor].kill(t)
	}
	log, err := stream.Open(t.Context(), f.config)
	noError(t, err)
	defer log.Close()
	found, err := readAll(t.Context(), log)
	noError(t, err)
	rows, err := f.book.check(found)
	noError(t, err)
	cut := 0
	for actor := range all {
		cut += len(found.of(f.name(actor)).cuts)
	}
	if cut == 0 {
		t.Error("no episode was cut")
	}
	measured.add("kills of one of four actors", int64(kills))
	measured.add("acknowledged rows compared after kills of actors", rows)
}
