package track

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"
)

// TensorBoard writes metrics as scalars into an event file that TensorBoard shows. The file is a
// sequence of TFRecord frames, each of which holds one Event message.
type TensorBoard struct {
	path   string
	file   *os.File
	event  []byte
	value  []byte
	record []byte
	now    func() time.Time
}

// CreateTensorBoard begins a new event file in a folder, which must exist. Every start of a run
// begins a file of its own: TensorBoard reads them all, and gives up on a file that a crash tore
// and a later run went on with.
func CreateTensorBoard(folder string) (*TensorBoard, error) {
	file, err := createEventFile(folder, time.Now())
	if err != nil {
		return nil, explain(folder, err)
	}
	board := &TensorBoard{path: file.Name(), file: file, now: time.Now}
	board.begin()
	board.event = appendBytes(board.event, 3, "brain.Event:2") // file_version
	return board, board.finish()
}

// createEventFile makes a file that is new even if several writers start in one second.
func createEventFile(folder string, now time.Time) (*os.File, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	for counter := 0; ; counter++ {
		name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d.%d", now.Unix(), host, os.Getpid(), counter)
		file, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
}

// Resumed tells TensorBoard that the run goes on from step: what earlier files say about this step
// and later ones is discarded.
func (b *TensorBoard) Resumed(step int64) error {
	const sessionStart = "\x08\x01" // SessionLog{status: START}
	b.begin()
	b.event = appendStep(b.event, step)
	b.event = appendBytes(b.event, 7, sessionStart)
	return b.finish()
}

// Write implements Sink: one event that holds every metric as a scalar of single precision.
func (b *TensorBoard) Write(step int64, metrics Metrics) error {
	summary := b.record[:0]
	for _, metric := range metrics {
		b.value = appendBytes(b.value[:0], 1, metric.Name)
		b.value = append(b.value, 2<<3|5) // simple_value: float
		b.value = binary.LittleEndian.AppendUint32(b.value, math.Float32bits(float32(metric.Value)))
		summary = appendBytes(summary, 1, b.value)
	}
	b.begin()
	b.event = appendStep(b.event, step)
	b.event = appendBytes(b.event, 5, summary)
	return b.finish()
}

// Close closes the file.
func (b *TensorBoard) Close() error { return explain(b.path, b.file.Close()) }

// begin starts an Event message with its time, field 1.
func (b *TensorBoard) begin() {
	seconds := float64(b.now().UnixNano()) / 1e9
	b.event = append(b.event[:0], 1<<3|1)
	b.event = binary.LittleEndian.AppendUint64(b.event, math.Float64bits(seconds))
}

// finish writes the event as one TFRecord frame.
func (b *TensorBoard) finish() error {
	b.record = appendRecord(b.record[:0], b.event)
	_, err := b.file.Write(b.record)
	return explain(b.path, err)
}

// appendRecord appends a TFRecord frame: length, its checksum, data, its checksum.
func appendRecord(record, data []byte) []byte {
	start := len(record)
	record = binary.LittleEndian.AppendUint64(record, uint64(len(data)))
	record = binary.LittleEndian.AppendUint32(record, maskedChecksum(record[start:]))
	record = append(record, data...)
	return binary.LittleEndian.AppendUint32(record, maskedChecksum(data))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedChecksum is CRC-32C, rotated and shifted as TFRecord does so that a checksum of data that
// holds checksums stays strong.
func maskedChecksum(data []byte) uint32 {
	sum := crc32.Checksum(data, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// appendStep appends field 2 of an Event, a varint.
func appendStep(event []byte, step int64) []byte {
	return binary.AppendUvarint(append(event, 2<<3), uint64(step))
}

// appendBytes appends a protocol buffer field of bytes, a string or a message.
func appendBytes[T string | []byte](message []byte, field byte, content T) []byte {
	message = append(message, field<<3|2)
	message = binary.AppendUvarint(message, uint64(len(content)))
	return append(message, content...)
}
