package stream

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The server's files of messages are records: their length, the message's sequence, and 10 bytes more before
// the message itself. The highest bits of both numbers are flags.
const (
	recordHeader   = 22
	recordLength   = 1<<31 - 1
	recordSequence = 1<<62 - 1
)

// mostSkipped is how far the sequences of two records may be apart. No log has lost so many messages from the
// middle of a file.
const mostSkipped = 1 << 24

// mend puts right what the server inside the process cannot live with in its files, and leaves the rest to it.
func mend(folder string, warnings io.Writer) error {
	paths, _ := filepath.Glob(filepath.Join(folder, "jetstream", "*", "streams", "*", "msgs", "*.blk"))   // the pattern is well-formed
	slices.SortFunc(paths, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) }) // by number
	for i, path := range paths {
		err := mendSequences(path, warnings)
		if err == nil && i == len(paths)-1 {
			err = mendNewest(path, warnings)
		}
		if err != nil {
			return fmt.Errorf("stream: %w", err)
		}
	}
	return nil
}

// mendSequences puts damaged sequences right. The server checks what it reads only after it has taken memory for
// every message that a sequence skips, and one changed bit makes that more than there is.
func mendSequences(path string, warnings io.Writer) (err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var header [recordHeader]byte
	for place, previous := int64(0), uint64(0); ; {
		if _, err := file.ReadAt(header[:], place); err != nil {
			return ignoreEnd(err)
		}
		length := int64(binary.LittleEndian.Uint32(header[:]) & recordLength)
		if length < recordHeader {
			return nil // damaged in a way that the server finds
		}
		sequence := binary.LittleEndian.Uint64(header[4:])
		if number := sequence & recordSequence; previous > 0 && number > previous+mostSkipped {
			fmt.Fprintf(warnings, "experience log: %s: message %d was damaged and had the sequence %d\n", path, previous+1, number)
			binary.LittleEndian.PutUint64(header[4:], sequence&^recordSequence|(previous+1))
			if _, err := file.WriteAt(header[:], place); err != nil {
				return err
			}
			sequence = previous + 1
		}
		previous, place = sequence&recordSequence, place+length
	}
}

// ignoreEnd passes on errors other than the end of a file.
func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
