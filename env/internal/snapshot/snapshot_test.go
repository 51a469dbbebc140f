package snapshot

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"reflect"
	"testing"
)

func TestMemory(t *testing.T) {
	count, over, values := int64(7), true, []float64{1, 2}
	memory := Memory{&count, &over, values}
	saved := memory.Save()
	count, over, values[1] = 0, false, 9
	for _, data := range [][]byte{nil, saved[1:], append(saved[:len(saved):len(saved)], 0)} {
		if memory.Restore(data) == nil || count != 0 || over || values[1] != 9 {
			t.Errorf("%d bytes were accepted or changed something", len(data))
		}
	}
	if err := memory.Restore(saved); err != nil || count != 7 || !over || values[1] != 2 {
		t.Errorf("restored %v, %v, %v (%v)", count, over, values, err)
	}
}

func TestSeal(t *testing.T) {
	parts := [][]byte{{1, 2, 3}, {}}
	sealed := Seal("name", parts...)
	got, err := Open("name", 2, sealed)
	if err != nil || !reflect.DeepEqual(got, parts) {
		t.Errorf("opened %v (%v)", got, err)
	}
	for i := range sealed {
		for _, broken := range [][]byte{sealed[:i], append([]byte(nil), sealed...)} {
			if len(broken) == len(sealed) {
				broken[i] ^= 1
			}
			if _, err := Open("name", 2, broken); err == nil {
				t.Errorf("accepted with byte %d cut or changed", i)
			}
		}
	}
	for _, other := range [][]byte{Seal("other", parts...), Seal("name", parts[0]), Seal("name", parts[0], nil, nil)} {
		if _, err := Open("name", 2, other); err == nil {
			t.Error("accepted another's snapshot")
		}
	}
}

// FuzzOpen looks for bytes that crash Open although their checksum fits.
func FuzzOpen(f *testing.F) {
	sealed := Seal("name", []byte{1}, nil)
	body := sealed[:len(sealed)-4]
	f.Add(body)
	f.Add(body[:len(body)-1])
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, body []byte) {
		sealed := binary.LittleEndian.AppendUint32(body[:len(body):len(body)], crc32.Checksum(body, castagnoli))
		parts, err := Open("name", 2, sealed)
		if err == nil && !bytes.Equal(Seal("name", parts...), sealed) {
			t.Errorf("%x was opened as %x", sealed, parts)
		}
	})
}
