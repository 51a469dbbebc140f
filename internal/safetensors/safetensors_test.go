package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// golden is one F32 tensor "w" = [1, 2], as other writers of the format store it.
func golden(t testing.TB) []byte {
	t.Helper()
	number, err := hex.DecodeString("3800000000000000")
	values, err2 := hex.DecodeString("0000803f00000040")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(number, []byte(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  `), values)
}

func TestGoldenBytes(t *testing.T) {
	var written bytes.Buffer
	if err := Write(&written, []Tensor{Of("w", []float32{1, 2})}, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written.Bytes(), golden(t)) {
		t.Errorf("wrote %q, want %q", written.Bytes(), golden(t))
	}
	file, err := Read(golden(t))
	if err != nil {
		t.Fatal(err)
	}
	values, err := Values[float32](file, "w", 2)
	if err != nil || !slices.Equal(values, []float32{1, 2}) {
		t.Errorf("read %v, %v", values, err)
	}
}

func TestRoundTrip(t *testing.T) {
	metadata := map[string]string{"b": "two\n", "a": `"one"`}
	tensors := []Tensor{
		Of("z/odd", []uint8{1, 2, 3}),
		Of("a/matrix", []float32{1, 2, 3, 4, 5, 6}, 2, 3),
		Of("zz/after odd", []float64{math.Pi, math.Inf(1)}, 1, 2),
		Of("scalar", []int64{-7}, []int{}...),
		Of("empty", []uint64{}, 0, 5),
		Of("int32", []int32{math.MinInt32, 9}),
	}
	var first, second bytes.Buffer
	if err := Write(&first, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(tensors)
	if err := Write(&second, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the bytes depend on the order in which tensors are given")
	}
	path := filepath.Join(t.TempDir(), "file.safetensors")
	if err := os.WriteFile(path, first.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(metadata, file.Metadata); diff != "" {
		t.Error(diff)
	}
	expect(t, file, "z/odd", []uint8{1, 2, 3}, 3)
	expect(t, file, "a/matrix", []float32{1, 2, 3, 4, 5, 6}, 2, -1)
	expect(t, file, "zz/after odd", []float64{math.Pi, math.Inf(1)}, 1, 2)
	expect(t, file, "scalar", []int64{-7})
	expect(t, file, "empty", []uint64{}, 0, 5)
	expect(t, file, "int32", []int32{math.MinInt32, 9}, 2)
}

func expect[T Element](t *testing.T, file *File, name string, want []T, shape ...int) {
	t.Helper()
	got, err := Values[T](file, name, shape...)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: got %v, %v, want %v", name, got, err, want)
	}
}

func TestRoundTripOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		metadata := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "metadata")
		arrays := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.Float32())).Draw(t, "arrays")
		var tensors []Tensor
		for name, values := range arrays {
			tensors = append(tensors, Of(name, values))
		}
		var written, again bytes.Buffer
		if err := Write(&written, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		file, err := Read(written.Bytes())
		if err != nil {
			t.Fatalf("%v in %q", err, written.Bytes())
		}
		if err := Write(&again, file.Tensors, file.Metadata); err != nil || !bytes.Equal(written.Bytes(), again.Bytes()) {
			t.Fatalf("wrote %q, then %q, %v", written.Bytes(), again.Bytes(), err)
		}
	})
}

func TestValuesNamesTheDifference(t *testing.T) {
	file, err := Read(golden(t))
	if err != nil {
		t.Fatal(err)
	}
	_, missing := Values[float32](file, "v", 2)
	_, kind := Values[float64](file, "w", 2)
	_, shape := Values[float32](file, "w", 3)
	_, rank := Values[float32](file, "w", 1, 2)
	for err, want := range map[error]string{missing: `no tensor "v"`, kind: "holds F32, want F64", shape: "[2], want [3]", rank: "[2], want [1 2]"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not contain %q", err, want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, tensors := range map[string][]Tensor{
		"used twice":          {Of("a", []uint8{1}), Of("a", []uint8{2})},
		"not allowed":         {Of("__metadata__", []uint8{1})},
		`"\xff" is not`:       {Of("\xff", []uint8{1})},
		"takes 12 bytes":      {Of("a", []float32{1, 2}, 3)},
		"unknown element":     {{Name: "a", DType: "F7"}},
		"does not fill whole": {{Name: "a", DType: "F4", Shape: []int{1}}},
	} {
		var written bytes.Buffer
		err := Write(&written, tensors, nil)
		if err == nil || !strings.Contains(err.Error(), name) || written.Len() > 0 {
			t.Errorf("want %q: got %v and %d bytes", name, err, written.Len())
		}
	}
}

// file returns a header with its length, followed by size bytes of data.
func file(header string, size int) []byte {
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), []byte(header), make([]byte, size))
}

// broken maps what a file should be refused for to the file.
func broken() map[string][]byte {
	tensor := func(fields string, size int) []byte { return file(`{"a":{`+fields+`}}`, size) }
	return map[string][]byte{
		"too few for a header":      {1, 2, 3},
		"header of 9 bytes":         slices.Concat([]byte{9, 0, 0, 0, 0, 0, 0, 0}, []byte("{}")),
		"header of 100000001 bytes": file("{"+strings.Repeat(" ", 99_999_999)+"}", 0),
		"9223372036854775808":       {0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}'},
		"in UTF-8":                  file("{\"a\xff\":1}", 0),
		"not a JSON object in":      file(" {}", 0),
		"EOF":                       file("{", 0),
		"not spaces":                file("{}\n", 0),
		"not spaces ":               file("{}{}", 0),
		"after the last tensor":     file("{}", 1),
		"not a JSON object":         file(`{"a":[]}`, 0),
		"bytes 4 to 12":             file(`{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}}`, 12),
		"bytes 9 to 10":             file(`{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[9,10]}}`, 10),
		`"a" comes twice`:           file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2),
		`"dtype" comes twice`:       tensor(`"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]`, 1),
		`"__metadata__" comes`:      file(`{"__metadata__":{},"__metadata__":{}}`, 0),
		`"k" comes twice`:           file(`{"__metadata__":{"k":"1","k":"2"}}`, 0),
		"not a string":              file(`{"__metadata__":{"k":1}}`, 0),
		"bytes 8 to 0":              tensor(`"dtype":"U8","shape":[8],"data_offsets":[8,0]`, 8),
		"bytes 0 to 8":              tensor(`"dtype":"U8","shape":[8],"data_offsets":[0,8]`, 7),
		"is too large":              tensor(`"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]`, 0),
		"takes 16 bytes":            tensor(`"dtype":"F32","shape":[4],"data_offsets":[0,8]`, 8),
		"unknown element type":      tensor(`"dtype":"F33","shape":[2],"data_offsets":[0,8]`, 8),
		"not a string ":             tensor(`"dtype":[0],"shape":[2],"data_offsets":[0,8]`, 8),
		"not a string  ":            tensor(`"dtype":null,"shape":[2],"data_offsets":[0,8]`, 8),
		"unknown field":             tensor(`"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1`, 8),
		"want dtype":                tensor(`"dtype":"F32","shape":[2]`, 0),
		"two data_offsets":          tensor(`"dtype":"F32","shape":[2],"data_offsets":[0,8,9]`, 8),
		"not a JSON array":          tensor(`"dtype":"F32","shape":null,"data_offsets":[0,4]`, 4),
		"-2 is not a whole":         tensor(`"dtype":"F32","shape":[-2],"data_offsets":[0,8]`, 8),
		"2.0 is not a whole":        tensor(`"dtype":"F32","shape":[2.0],"data_offsets":[0,8]`, 8),
		"2 is not a whole":          tensor(`"dtype":"F32","shape":["2"],"data_offsets":[0,8]`, 8),
		"<nil> is not a whole":      tensor(`"dtype":"F32","shape":[null],"data_offsets":[0,8]`, 8),
		"18446744073709551616":      tensor(`"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]`, 8),
	}
}

func TestReadRefuses(t *testing.T) {
	for reason, data := range broken() {
		file, err := Read(data)
		if err == nil || file != nil || !strings.Contains(err.Error(), strings.TrimSpace(reason)) {
			t.Errorf("want %q: got %v, %v", reason, file, err)
		}
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	whole := golden(t)
	for length := range whole {
		if _, err := Read(whole[:length]); err == nil {
			t.Errorf("%d of %d bytes were accepted", length, len(whole))
		}
	}
}

func TestReadFileNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "damaged.safetensors")
	if err := os.WriteFile(path, []byte("short"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, path + ".missing"} {
		if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v does not name %s", err, path)
		}
	}
}

type failingWriter struct{ left int }

func (w *failingWriter) Write(data []byte) (int, error) {
	if w.left -= len(data); w.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(data), nil
}

func TestWriteReportsFailure(t *testing.T) {
	for _, left := range []int{0, 64} {
		err := Write(&failingWriter{left}, []Tensor{Of("w", []float32{1, 2})}, nil)
		if err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("after %d bytes: %v", left, err)
		}
	}
}

// FuzzRead checks that whatever is accepted can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add(golden(f))
	for _, data := range broken() {
		if len(data) < 1000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(data)
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := Write(&first, file.Tensors, file.Metadata); err != nil {
			t.Fatal(err)
		}
		again, err := Read(first.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(&second, again.Tensors, again.Metadata); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("%q became %q, %v", first.Bytes(), second.Bytes(), err)
		}
	})
}
