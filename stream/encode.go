package stream

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"strconv"

	"github.com/klauspost/compress/zstd"
	"github.com/nats-io/nats.go"

	"github.com/reverie-rl/reverie/replay"
)

// The headers of a message that holds a chunk.
const (
	headerChunk    = "Reverie-Chunk"
	headerChecksum = "Reverie-Checksum"
)

// column tells how a column is stored. Numbers are little-endian.
type column struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"` // stored
	Packed bool   `json:"packed"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// packer packs the columns of chunks, one at a time.
type packer struct {
	encoder *zstd.Encoder
	raw     []byte // of the column
	packed  []byte
}

func newPacker() (*packer, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	return &packer{encoder: encoder}, err
}

// message is the chunk as it is published, in memory that was published before. It fills in the header's
// Columns.
func (p *packer) message(subject string, c *Chunk, memory []byte) (*nats.Msg, error) {
	c.Columns = nil
	payload := memory[:0]
	for _, array := range c.arrays() {
		if binary.Size(array.values) == 0 {
			continue
		}
		bytes, packed := p.pack(array.values)
		c.Columns = append(c.Columns, column{array.name, len(bytes), packed})
		payload = append(payload, bytes...)
	}
	header, err := json.Marshal(c.Header)
	if err != nil {
		return nil, fmt.Errorf("stream: header of a chunk: %w", err)
	}
	message := &nats.Msg{Subject: subject, Header: nats.Header{}, Data: payload}
	message.Header.Set(headerChunk, string(header))
	message.Header.Set(headerChecksum, checksum(string(header), payload))
	return message, nil
}

// probe is how much of a column is packed to find out whether that makes it smaller.
const probe = 16 << 10

// pack returns a column as it is stored, valid until the next call, and whether it is packed.
func (p *packer) pack(values any) (bytes []byte, packed bool) {
	raw, isBytes := values.([]byte)
	if !isBytes {
		p.raw, _ = binary.Append(p.raw[:0], binary.LittleEndian, values) // slices of numbers cannot fail
		raw = p.raw
	}
	if sample := raw[:min(len(raw), probe)]; len(p.encoder.EncodeAll(sample, p.packed[:0])) >= len(sample)-len(sample)/32 {
		return raw, false
	}
	p.packed = p.encoder.EncodeAll(raw, p.packed[:0])
	if len(p.packed) >= len(raw) {
		return raw, false
	}
	return p.packed, true
}

// checksum is a CRC-32C of a header and a payload.
func checksum(header string, payload []byte) string {
	sum := crc32.Update(crc32.Checksum([]byte(header), castagnoli), castagnoli, payload)
	return strconv.FormatUint(uint64(sum), 16)
}

// readHeader returns the header in a message, not verified by its checksum.
func readHeader(from nats.Header) (Header, error) {
	var header Header
	text := from.Get(headerChunk)
	if text == "" {
		return header, errors.New("the message is not a chunk of experience")
	}
	if err := json.Unmarshal([]byte(text), &header); err != nil {
		return header, fmt.Errorf("header: %w", err)
	}
	if header.Format > format {
		return header, fmt.Errorf("the chunk has format %d, this program reads up to %d", header.Format, format)
	}
	if header.Rows < 1 || header.First < 0 || header.Rows > math.MaxInt32 || header.Schema.Physics.Size < 0 || !possible(header.Schema.Layout) {
		return header, fmt.Errorf("header: %d rows from %d of layout %+v", header.Rows, header.First, header.Schema.Layout)
	}
	return header, nil
}

// possible tells whether a layout is one that memory may be taken for.
func possible(l replay.Layout) bool {
	const most = 1 << 28
	for _, width := range [...]int{l.Observation, l.Action, l.Reward, l.Image, l.State} {
		if width < 0 || width > most {
			return false
		}
	}
	return true
}

// unpacker unpacks chunks.
type unpacker struct {
	decoder *zstd.Decoder
	raw     []byte
}

func newUnpacker() (*unpacker, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostUnpacked))
	return &unpacker{decoder: decoder}, err
}

// chunk returns the verified chunk in a message.
func (u *unpacker) chunk(headers nats.Header, payload []byte) (*Chunk, error) {
	if checksum(headers.Get(headerChunk), payload) != headers.Get(headerChecksum) {
		return nil, errors.New("its checksum is wrong")
	}
	header, err := readHeader(headers)
	if err != nil {
		return nil, err
	}
	if err := header.checkSize(len(payload)); err != nil {
		return nil, err
	}
	c := newChunk(header.withoutImages())
	c.Header = header
	for _, column := range header.Columns {
		if column.Bytes < 0 || column.Bytes > len(payload) {
			return nil, fmt.Errorf("column %s has %d bytes, %d are there", column.Name, column.Bytes, len(payload))
		}
		if err := u.unpack(c, column, payload[:column.Bytes]); err != nil {
			return nil, fmt.Errorf("column %s: %w", column.Name, err)
		}
		payload = payload[column.Bytes:]
	}
	if want := header.length() * header.Schema.Layout.Image; len(c.Data.Image) != want {
		return nil, fmt.Errorf("the images have %d bytes, want %d", len(c.Data.Image), want)
	}
	return c, nil
}

// withoutImages is the header of a chunk for which no memory of images is taken.
func (h Header) withoutImages() Header {
	h.Schema.Layout.Image = 0
	return h
}

// mostUnpacked is how much larger than its message a chunk may be.
const mostUnpacked = 1 << 30

// checkSize refuses a chunk that would take an absurd amount of memory.
func (h Header) checkSize(payload int) error {
	l := h.Schema.Layout
	row := int64(4*(l.Observation+l.Action+l.Reward+l.State+2) + l.Image + 17 + 8*h.Schema.Physics.Size)
	if bytes := row * int64(h.length()); bytes > mostUnpacked {
		return fmt.Errorf("%d rows of %d bytes in a message of %d", h.length(), row, payload)
	}
	return nil
}

// unpack fills a column of c from what is stored of it. Columns that are not known are passed over. Images
// stay where they are, in the message or where they were unpacked to.
func (u *unpacker) unpack(c *Chunk, column column, bytes []byte) error {
	if column.Packed {
		to := &u.raw
		if column.Name == "image" {
			to = new([]byte)
		}
		var err error
		if *to, err = u.decoder.DecodeAll(bytes, (*to)[:0]); err != nil {
			return err
		}
		bytes = *to
	}
	if column.Name == "image" {
		c.Data.Image = bytes
		return nil
	}
	for _, array := range c.arrays() {
		if array.name != column.Name {
			continue
		}
		if want := binary.Size(array.values); len(bytes) != want {
			return fmt.Errorf("%d bytes, want %d", len(bytes), want)
		}
		_, err := binary.Decode(bytes, binary.LittleEndian, array.values)
		return err
	}
	return nil
}

// newChunk returns cleared memory for the chunk that header describes.
func newChunk(header Header) *Chunk {
	rows := header.length()
	return &Chunk{
		Header: header, Data: replay.NewRows(header.Schema.Layout, rows),
		Kinds: make([]byte, header.Rows), Physics: make([]float64, rows*header.Schema.Physics.Size),
	}
}

// array is a column of a chunk in memory: a slice of numbers of one type.
type array struct {
	name   string
	values any
}

// arrays lists the columns of a chunk, in the order in which they are stored.
func (c *Chunk) arrays() []array {
	d := c.Data
	return []array{
		{"observation", d.Observation}, {"action", d.Action}, {"reward", d.Reward},
		{"log_probability", d.LogProbability}, {"discount", d.Discount}, {"step", d.Step}, {"version", d.Version},
		{"kind", c.Kinds}, {"image", d.Image}, {"state", d.State}, {"physics", c.Physics},
	}
}
