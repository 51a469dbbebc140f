package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"unicode/utf8"
)

// ReadFile reads the file at path.
func ReadFile(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	file, err := Read(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// Read reads a whole file in memory; the tensors share data. It refuses whatever the format does
// not allow. Sizes are checked before memory is taken, so that a damaged or malicious file gives an
// error and no more.
func Read(data []byte) (*File, error) {
	file, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return file, nil
}

func read(data []byte) (*File, error) {
	if len(data) < 8 {
		return nil, fmt.Errorf("%d bytes are too few for a header", len(data))
	}
	length := binary.LittleEndian.Uint64(data)
	if length > maxHeader || length > uint64(len(data)-8) {
		return nil, fmt.Errorf("header of %d bytes in a file of %d (at most %d are allowed)", length, len(data), maxHeader)
	}
	header, data := data[8:8+length], data[8+length:]
	file := &File{}
	entries, err := file.parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	return file, file.place(entries, data)
}

// entry is a tensor with its place [begin, end) in the data.
type entry struct {
	Tensor
	begin, end int
}

// parseHeader reads the metadata into f and returns the tensors.
func (f *File) parseHeader(header []byte) (entries []entry, err error) {
	if len(header) == 0 || header[0] != '{' || !utf8.Valid(header) {
		return nil, errors.New("not a JSON object in UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(header))
	decoder.UseNumber()
	err = object(decoder, func(name string) error {
		if name == metadataKey {
			return f.parseMetadata(decoder)
		}
		tensor, err := parseEntry(decoder)
		tensor.Name = name
		entries = append(entries, tensor)
		return err
	})
	if err != nil {
		return nil, err
	}
	if rest := bytes.TrimLeft(header[decoder.InputOffset():], " "); len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes after the JSON object that are not spaces", len(rest))
	}
	return entries, nil
}

func (f *File) parseMetadata(decoder *json.Decoder) error {
	f.Metadata = map[string]string{}
	return object(decoder, func(key string) error {
		value, err := text(decoder)
		f.Metadata[key] = value
		return err
	})
}

func parseEntry(decoder *json.Decoder) (e entry, err error) {
	var offsets []int
	fields := 0
	err = object(decoder, func(key string) (err error) {
		fields++
		switch key {
		case "dtype":
			e.DType, err = text(decoder)
		case "shape":
			e.Shape, err = numbers(decoder)
		case "data_offsets":
			offsets, err = numbers(decoder)
		default:
			err = errors.New("unknown field")
		}
		return err
	})
	if err != nil {
		return e, err
	}
	if fields != 3 || len(offsets) != 2 {
		return e, errors.New("want dtype, shape and two data_offsets")
	}
	e.begin, e.end = offsets[0], offsets[1]
	return e, nil
}

// object reads a JSON object. It calls value for each key, to read what belongs to it; a key that
// comes twice is an error.
func object(decoder *json.Decoder, value func(key string) error) error {
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return cmp.Or(err, errors.New("not a JSON object"))
	}
	seen := map[string]bool{}
	for decoder.More() {
		key, err := text(decoder)
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("%q comes twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	_, err := decoder.Token()
	return err
}

// text reads a JSON string.
func text(decoder *json.Decoder) (string, error) {
	token, err := decoder.Token()
	value, isText := token.(string)
	if err == nil && !isText {
		err = errors.New("not a string")
	}
	return value, err
}

// numbers reads a JSON array of whole numbers, 0 or more.
func numbers(decoder *json.Decoder) ([]int, error) {
	if token, err := decoder.Token(); err != nil || token != json.Delim('[') {
		return nil, cmp.Or(err, errors.New("not a JSON array"))
	}
	values := []int{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		number, _ := token.(json.Number)
		value, err := strconv.ParseUint(number.String(), 10, strconv.IntSize-1)
		if err != nil {
			return nil, fmt.Errorf("%v is not a whole number in range", token)
		}
		values = append(values, int(value))
	}
	_, err := decoder.Token()
	return values, err
}

// place gives each tensor its part of data, which they must cover without gap or overlap.
func (f *File) place(entries []entry, data []byte) error {
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	covered := 0
	for _, e := range entries {
		if e.begin != covered || e.end < e.begin || e.end > len(data) {
			return fmt.Errorf("%q: bytes %d to %d do not follow the tensor before, which ends at %d of %d", e.Name, e.begin, e.end, covered, len(data))
		}
		e.Bytes = data[e.begin:e.end:e.end]
		if err := e.check(); err != nil {
			return err
		}
		f.Tensors = append(f.Tensors, e.Tensor)
		covered = e.end
	}
	if covered != len(data) {
		return fmt.Errorf("%d bytes after the last tensor", len(data)-covered)
	}
	return nil
}

// elementBits returns the size of each element type of the format, 0 for an unknown one.
func elementBits(dtype string) int {
	switch dtype {
	case "F4":
		return 4
	case "F6_E2M3", "F6_E3M2":
		return 6
	case "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ":
		return 8
	case "I16", "U16", "F16", "BF16":
		return 16
	case "I32", "U32", "F32":
		return 32
	case "I64", "U64", "F64", "C64":
		return 64
	}
	return 0
}

// byteSize returns the number of bytes of an array.
func byteSize(dtype string, shape []int) (int, error) {
	width := elementBits(dtype)
	if width == 0 {
		return 0, fmt.Errorf("unknown element type %q", dtype)
	}
	total := uint64(width)
	for _, length := range shape {
		high, low := bits.Mul64(total, uint64(length))
		if high != 0 || low > math.MaxInt {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		total = low
	}
	if total%8 != 0 {
		return 0, fmt.Errorf("%s %v does not fill whole bytes", dtype, shape)
	}
	return int(total / 8), nil
}
