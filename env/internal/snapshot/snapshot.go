// Package snapshot lays out the saved states of things that are made of environments.
package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Memory lists the variables that decide what follows: slices of, or pointers to, values of a fixed
// size, as package encoding/binary takes them.
type Memory []any

// Save returns the values of all variables.
func (m Memory) Save() []byte {
	var data []byte
	for _, variable := range m {
		var err error
		if data, err = binary.Append(data, binary.LittleEndian, variable); err != nil {
			panic(err) // a variable without a fixed size: a mistake in the program
		}
	}
	return data
}

// Restore sets all variables to what Save saw. Data of the wrong size is an error and changes nothing.
func (m Memory) Restore(data []byte) error {
	size := 0
	for _, variable := range m {
		size += binary.Size(variable)
	}
	if len(data) != size {
		return fmt.Errorf("the saved state has %d bytes, want %d", len(data), size)
	}
	for _, variable := range m {
		read, err := binary.Decode(data, binary.LittleEndian, variable)
		if err != nil {
			panic(err) // likewise
		}
		data = data[read:]
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal joins parts into one snapshot that tells whose it is and whether it is whole: the name and
// the parts, each after its length (8 bytes, little-endian), and a CRC-32C of all that.
func Seal(name string, parts ...[]byte) []byte {
	sealed := appendPart(nil, []byte(name))
	for _, part := range parts {
		sealed = appendPart(sealed, part)
	}
	return binary.LittleEndian.AppendUint32(sealed, crc32.Checksum(sealed, castagnoli))
}

// appendPart appends the length of part and part.
func appendPart(to, part []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(to, uint64(len(part))), part...)
}

// Open returns the parts of a snapshot that Seal made of count parts under name. The parts are
// windows into sealed.
func Open(name string, count int, sealed []byte) ([][]byte, error) {
	end := len(sealed) - 4
	if end < 0 || crc32.Checksum(sealed[:end], castagnoli) != binary.LittleEndian.Uint32(sealed[end:]) {
		return nil, errors.New("the snapshot is damaged: its checksum does not fit")
	}
	var parts [][]byte
	for rest := sealed[:end]; len(rest) > 0; {
		part, after, whole := cutPart(rest)
		if !whole {
			return nil, errors.New("the snapshot is not made of whole parts")
		}
		parts, rest = append(parts, part), after
	}
	if len(parts) != 1+count || string(parts[0]) != name {
		return nil, fmt.Errorf("the snapshot is not one of %s", name)
	}
	return parts[1:], nil
}

// cutPart splits off what appendPart appended first.
func cutPart(from []byte) (part, rest []byte, whole bool) {
	if len(from) < 8 {
		return nil, nil, false
	}
	size, from := binary.LittleEndian.Uint64(from), from[8:]
	if size > uint64(len(from)) {
		return nil, nil, false
	}
	return from[:size:size], from[size:], true
}
