package stream

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/minio/highwayhash"
)

// A record ends with a checksum of all but its length and the sizes of its parts. An erased one stands where a
// message was.
const (
	recordChecksum = 8
	recordWithBody = 1 << 31 // flag of a length: there are headers, and their size before them
	recordErased   = 1 << 63 // flag of a sequence
)

// mendNewest makes the records of the newest file whole, to which more will be added: when the server finds a
// damaged one, it may give up those behind it. What is damaged becomes an erased message, and is missing from
// then on. A record that goes on beyond the file was being written, or its length is damaged: the file ends before it.
func mendNewest(path string, warnings io.Writer) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sum, err := recordSum(path)
	if err != nil {
		return err
	}
	changed := false
	for place, previous := 0, uint64(0); place < len(data); {
		length := validRecord(sum, data[place:])
		if length == 0 {
			changed = true
			length = damagedLength(sum, data[place:])
			if length == 0 {
				data = data[:place]
				break
			}
			fmt.Fprintf(warnings, "experience log: %s: a message behind %d was damaged, in %d bytes\n", path, previous, length)
			eraseRecord(sum, data[place:place+length], previous+1)
		}
		previous = binary.LittleEndian.Uint64(data[place+4:]) & recordSequence
		place += length
	}
	if !changed {
		return nil
	}
	return overwrite(path, data)
}

// recordSum is the checksum of records in a file.
func recordSum(path string) (hash.Hash64, error) {
	var number int
	if _, err := fmt.Sscanf(filepath.Base(path), "%d.blk", &number); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%s-%d", filepath.Base(filepath.Dir(filepath.Dir(path))), number))
	return highwayhash.New64(key[:])
}

// validRecord is the length of the record that data begins with, or 0 if it is none.
func validRecord(sum hash.Hash64, data []byte) int {
	length, body := recordShape(data)
	if length == 0 {
		return 0
	}
	sum.Reset()
	sum.Write(data[4:20])
	subject := recordHeader + int(binary.LittleEndian.Uint16(data[20:]))
	sum.Write(data[recordHeader:subject])
	sum.Write(data[body : length-recordChecksum])
	if sum.Sum64() != binary.LittleEndian.Uint64(data[length-recordChecksum:]) {
		return 0
	}
	return length
}

// recordShape is the length of a record and where its body begins, 0 if it cannot be one.
func recordShape(data []byte) (length, body int) {
	if len(data) < recordHeader+recordChecksum {
		return 0, 0
	}
	flagged := binary.LittleEndian.Uint32(data)
	length = int(flagged & recordLength)
	body = recordHeader + int(binary.LittleEndian.Uint16(data[20:]))
	if flagged&recordWithBody != 0 {
		body += 4
	}
	if length > len(data) || body+recordChecksum > length {
		return 0, 0
	}
	return length, body
}

// damagedLength is how far it is to the next valid record, or to the end if the damaged one ends there. It is 0 if
// the damaged one goes on beyond the end.
func damagedLength(sum hash.Hash64, data []byte) int {
	for next := recordHeader + recordChecksum; next < len(data); next++ {
		if validRecord(sum, data[next:]) > 0 {
			return next
		}
	}
	if length, _ := recordShape(data); length == len(data) {
		return length
	}
	return 0
}

// eraseRecord makes an erased message of a record.
func eraseRecord(sum hash.Hash64, record []byte, sequence uint64) {
	clear(record)
	binary.LittleEndian.PutUint32(record, uint32(len(record)))
	binary.LittleEndian.PutUint64(record[4:], sequence|recordErased)
	end := len(record) - recordChecksum
	sum.Reset()
	sum.Write(record[4:20])
	sum.Write(record[recordHeader:end])
	binary.LittleEndian.PutUint64(record[end:], sum.Sum64())
}

// overwrite changes a file to data that is not longer, and brings it to the disk.
func overwrite(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.WriteAt(data, 0); err != nil {
		return err
	}
	if err := file.Truncate(int64(len(data))); err != nil {
		return err
	}
	return file.Sync()
}
