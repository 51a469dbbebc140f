package stream

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrFull says that a chunk was refused because the log has reached its quota or its disk is nearly full.
var ErrFull = errors.New("no room for more experience")

// patience is how long a message may take to be acknowledged.
const patience = 60 * time.Second

// publisher publishes the chunks of one writer, in order, on a goroutine of its own, so that packing and
// writing go on beside acting.
type publisher struct {
	log     *Log
	subject string
	name    string
	nonce   string // tells its messages from those of another process, or of another time
	packer  *packer
	memory  func() *Chunk

	sequence uint64 // of the newest chunk that was packed
	message  uint64 // the writer's newest in the log; 0 if the server has none that it can read

	queue    chan handed
	packed   chan packed
	free     chan *Chunk
	payloads chan []byte    // memory for messages
	done     sync.WaitGroup // chunks that are under way

	lock   sync.Mutex
	failed error
	places []place // of the messages that may be needed again
}

// handed is a chunk to publish, and the memory that it lies in.
type handed struct{ chunk, memory *Chunk }

// packed is a chunk as a message.
type packed struct {
	header  Header
	message *nats.Msg
}

// place tells where rows are.
type place struct {
	end     int64 // the row after the last
	message uint64
}

func (l *Log) newPublisher(name string, memory func() *Chunk) (*publisher, error) {
	packer, err := newPacker()
	if err != nil {
		return nil, err
	}
	p := &publisher{
		log: l, name: name, subject: l.name + "." + name, nonce: rand.Text(), packer: packer, memory: memory,
		queue: make(chan handed, 1), packed: make(chan packed, 1), free: make(chan *Chunk, 2), payloads: make(chan []byte, 2),
	}
	for range 2 {
		p.free <- memory()
		p.payloads <- nil
	}
	go p.pack()
	go p.run()
	return p, nil
}

// pack packs what is handed over, while what was packed before is published.
func (p *publisher) pack() {
	for handed := range p.queue {
		chunk := handed.chunk
		p.sequence++
		chunk.Sequence, chunk.Versions = p.sequence, versions(chunk)
		message, err := p.packer.message(p.subject, chunk, <-p.payloads)
		if err != nil {
			p.fail(chunk.Header, err)
		}
		p.packed <- packed{chunk.Header, message}
		p.free <- handed.memory
	}
	close(p.packed)
}

// run publishes what is packed. After a failure it drops the rest: what comes after a gap would be of no
// use.
func (p *publisher) run() {
	for packed := range p.packed {
		var memory []byte // of a message that failed, the connection may still have it
		if p.failure() == nil {
			err := p.publish(packed.header, packed.message)
			if memory = packed.message.Data; err != nil {
				memory = nil
				p.fail(packed.header, err)
			}
		}
		p.payloads <- memory
		p.done.Done()
	}
}

// exchange returns memory for a chunk. It waits while two are being published.
func (p *publisher) exchange() (*Chunk, error) {
	if err := p.failure(); err != nil {
		return nil, err
	}
	return <-p.free, nil
}

func (p *publisher) hand(h handed) {
	p.done.Add(1)
	p.queue <- h
}

// wait returns when all chunks are on the disk.
func (p *publisher) wait() error {
	p.done.Wait()
	return p.failure()
}

func (p *publisher) close() {
	p.done.Wait()
	close(p.queue)
}

func (p *publisher) failure() error {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.failed
}

// fail keeps the first failure.
func (p *publisher) fail(of Header, err error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.failed == nil {
		p.failed = fmt.Errorf("stream: rows %d to %d of %s in %s: %w", of.First, of.End(), p.name, p.log.place(), err)
	}
}

// publish stores a chunk, if there is room for it.
func (p *publisher) publish(header Header, message *nats.Msg) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.log.checkRoom(ctx, int64(message.Size())); err != nil {
		return err
	}
	sequence, err := p.send(ctx, message, fmt.Sprintf("%s/%d/%s", p.name, header.Sequence, p.nonce))
	if err != nil {
		return err
	}
	p.message = sequence
	p.note(place{header.End(), sequence})
	return p.log.retainSteps(ctx, header.End())
}

// versions is the lowest and the highest version of the weights that chose the actions of a chunk.
func versions(chunk *Chunk) []uint64 {
	var span []uint64
	for i, kind := range chunk.Kinds[:chunk.Rows] {
		if kind != Acted {
			continue
		}
		version := chunk.Data.Version[i]
		if span == nil {
			span = []uint64{version, version}
		}
		span[0], span[1] = min(span[0], version), max(span[1], version)
	}
	return span
}

// follow makes a chunk that the log has the newest of the writer.
func (p *publisher) follow(chunk located) {
	p.sequence = max(p.sequence, chunk.Sequence)
	p.note(place{chunk.End(), chunk.message})
}

// findNewest asks the server which message is the writer's newest. That is not always one that was
// followed: the server passes over one that is damaged.
func (p *publisher) findNewest(ctx context.Context) error {
	newest, err := p.log.stream.GetLastMsgForSubject(ctx, p.subject)
	if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("stream: the newest message of %s in %s: %w", p.name, p.log.place(), err)
	}
	if p.message = 0; err == nil {
		p.message = newest.Sequence
	}
	return nil
}

// note remembers where rows are.
func (p *publisher) note(at place) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.places = append(p.places, at)
}

// oldest is the message from which on row and all after it can be read.
func (p *publisher) oldest(row int64) uint64 {
	p.lock.Lock()
	defer p.lock.Unlock()
	for len(p.places) > 0 && p.places[0].end <= row {
		p.places = p.places[1:]
	}
	if len(p.places) == 0 {
		return p.message + 1
	}
	return p.places[0].message
}
