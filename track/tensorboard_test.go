package track

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestMaskedChecksum(t *testing.T) {
	if got := maskedChecksum([]byte("123456789")); got != 0xc78ab0e5 {
		t.Errorf("got %x, want c78ab0e5", got)
	}
}

// The bytes were made by another writer of the format.
func TestTensorBoardGolden(t *testing.T) {
	const (
		version = "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a"
		scalar  = "1a00000000000000129bd82d09000000000000004010072a0d0a0b0a046c6f7373150000003fc33fc24a"
	)
	file, err := os.Create(filepath.Join(t.TempDir(), "events"))
	if err != nil {
		t.Fatal(err)
	}
	board := &TensorBoard{path: file.Name(), file: file, now: func() time.Time { return time.Unix(1, 0) }}
	board.begin()
	board.event = appendBytes(board.event, 3, "brain.Event:2")
	if err := board.finish(); err != nil {
		t.Fatal(err)
	}
	board.now = func() time.Time { return time.Unix(2, 0) }
	write(t, board, 7, Metrics{{"loss", 0.5}})
	if err := board.Close(); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString([]byte(contents(t, file.Name()))); got != version+scalar {
		t.Errorf("got  %s\nwant %s", got, version+scalar)
	}
}

// events returns the events of a file of TFRecord frames, whose checksums it verifies.
func events(t *testing.T, path string) [][]byte {
	t.Helper()
	data := []byte(contents(t, path))
	var all [][]byte
	for len(data) > 0 {
		size := binary.LittleEndian.Uint64(data)
		event := data[12 : 12+size]
		if binary.LittleEndian.Uint32(data[8:]) != maskedChecksum(data[:8]) ||
			binary.LittleEndian.Uint32(data[12+size:]) != maskedChecksum(event) {
			t.Fatal("a checksum is wrong")
		}
		all, data = append(all, event), data[16+size:]
	}
	return all
}

func TestTensorBoardFiles(t *testing.T) {
	folder := t.TempDir()
	name := regexp.MustCompile(`^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+$`)
	paths := map[string]bool{}
	for range 3 {
		board, err := CreateTensorBoard(folder)
		if err != nil {
			t.Fatal(err)
		}
		if !name.MatchString(filepath.Base(board.path)) || paths[board.path] {
			t.Errorf("the file %s is misnamed or used twice", board.path)
		}
		paths[board.path] = true
		if err := board.Resumed(300); err != nil {
			t.Fatal(err)
		}
		write(t, board, 301, Metrics{{"a", 1}, {strings.Repeat("long", 50), -2}})
		if err := board.Close(); err != nil {
			t.Fatal(err)
		}
		all := events(t, board.path)
		if len(all) != 3 {
			t.Fatalf("%d events, want version, session start, scalars", len(all))
		}
		if want := []byte{0x10, 0xac, 0x02, 0x3a, 0x02, 0x08, 0x01}; !bytes.Equal(all[1][9:], want) {
			t.Errorf("the session start is %x, want step 300 and status START %x", all[1][9:], want)
		}
		if count := bytes.Count(all[2], []byte("long")); count != 50 {
			t.Errorf("the long name occurs %d times 4 letters", count)
		}
	}
}

func TestTensorBoardNeedsAFolder(t *testing.T) {
	_, err := CreateTensorBoard(filepath.Join(t.TempDir(), "none"))
	if err == nil || !strings.Contains(err.Error(), "no such file or folder") {
		t.Errorf("error %v", err)
	}
}
