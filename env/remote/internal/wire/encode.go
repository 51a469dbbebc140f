package wire

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Encode appends the encoded request to b.
func (r Request) Encode(b []byte) []byte {
	return appendMessage(b, protowire.Number(r.Kind), func(b []byte) []byte {
		if namesWorld(r.Kind) {
			b = appendText(b, 1, r.World)
		}
		if number := settingsField(r.Kind); number > 0 {
			b = appendMap(b, number, r.Settings, appendTextKey, Tensor.encode)
		}
		if r.Kind == Step {
			b = appendMap(b, 1, r.Actions, appendNumberKey, Tensor.encode)
			b = appendVarints(b, 2, r.Requested, func(x uint64) uint64 { return x })
		}
		return b
	})
}

// Encode appends the encoded response to b.
func (r Response) Encode(b []byte) []byte {
	return appendMessage(b, protowire.Number(r.Kind), func(b []byte) []byte {
		switch r.Kind {
		case CreateWorld:
			b = appendText(b, 1, r.World)
		case JoinWorld, Reset:
			b = appendMessage(b, 1, r.Specs.encode)
		case Step:
			b = appendNumber(b, 1, uint64(r.State))
			b = appendMap(b, 2, r.Observations, appendNumberKey, Tensor.encode)
		case Error:
			b = appendNumber(b, 1, uint64(r.Code))
			b = appendText(b, 2, r.Message)
		}
		return b
	})
}

func (s Specs) encode(b []byte) []byte {
	b = appendMap(b, 1, s.Actions, appendNumberKey, Spec.encode)
	return appendMap(b, 2, s.Observations, appendNumberKey, Spec.encode)
}

func (s Spec) encode(b []byte) []byte {
	b = appendText(b, 1, s.Name)
	b = appendVarints(b, 2, s.Shape, func(x int32) uint64 { return uint64(x) })
	b = appendNumber(b, 3, uint64(s.Type))
	b = appendBound(b, 4, s.Minimum)
	return appendBound(b, 5, s.Maximum)
}

// appendBound appends a bound; one that was not given, or is no number, is not sent.
func appendBound(b []byte, number protowire.Number, bound Tensor) []byte {
	if !slices.Contains(boundTypes[:], bound.Type()) {
		return b
	}
	return appendMessage(b, number, func(b []byte) []byte { return bound.appendArray(b, boundOffset) })
}

func (t Tensor) encode(b []byte) []byte {
	b = appendVarints(b, 15, t.Shape, func(x int32) uint64 { return uint64(x) })
	return t.appendArray(b, 0)
}

// appendArray appends the values as the field of their type plus offset.
func (t Tensor) appendArray(b []byte, offset DataType) []byte {
	kind := t.Type()
	if kind == 0 {
		return b
	}
	return appendMessage(b, protowire.Number(kind+offset), t.appendValues)
}

func (t Tensor) appendValues(b []byte) []byte {
	switch values := t.Values.(type) {
	case []float32:
		return appendPacked(b, values, func(b []byte, x float32) []byte { return protowire.AppendFixed32(b, math.Float32bits(x)) })
	case []float64:
		return appendPacked(b, values, func(b []byte, x float64) []byte { return protowire.AppendFixed64(b, math.Float64bits(x)) })
	case []int8:
		return appendPacked(b, values, func(b []byte, x int8) []byte { return append(b, byte(x)) })
	case []uint8:
		return appendPacked(b, values, func(b []byte, x uint8) []byte { return append(b, x) })
	case []int32:
		return appendVarints(b, 1, values, func(x int32) uint64 { return uint64(x) })
	case []int64:
		return appendVarints(b, 1, values, func(x int64) uint64 { return uint64(x) })
	case []uint32:
		return appendVarints(b, 1, values, func(x uint32) uint64 { return uint64(x) })
	case []uint64:
		return appendVarints(b, 1, values, func(x uint64) uint64 { return x })
	case []bool:
		return appendVarints(b, 1, values, protowire.EncodeBool)
	case []string:
		for _, value := range values {
			b = protowire.AppendString(protowire.AppendTag(b, 1, protowire.BytesType), value)
		}
	case []Blob:
		for _, value := range values {
			b = protowire.AppendBytes(protowire.AppendTag(b, 1, protowire.BytesType), value)
		}
	}
	return b
}

// appendMessage appends a field whose content write appends, and puts its length before it.
func appendMessage(b []byte, number protowire.Number, write func([]byte) []byte) []byte {
	b = protowire.AppendTag(b, number, protowire.BytesType)
	start := len(b)
	b = write(b)
	var length [10]byte
	return slices.Insert(b, start, protowire.AppendVarint(length[:0], uint64(len(b)-start))...)
}

// appendPacked appends values as field 1, unless there are none.
func appendPacked[T any](b []byte, values []T, add func([]byte, T) []byte) []byte {
	if len(values) == 0 {
		return b
	}
	return appendMessage(b, 1, func(b []byte) []byte {
		for _, value := range values {
			b = add(b, value)
		}
		return b
	})
}

func appendVarints[T any](b []byte, number protowire.Number, values []T, convert func(T) uint64) []byte {
	if len(values) == 0 {
		return b
	}
	return appendMessage(b, number, func(b []byte) []byte {
		for _, value := range values {
			b = protowire.AppendVarint(b, convert(value))
		}
		return b
	})
}

// appendMap appends the entries in the order of their keys.
func appendMap[K cmp.Ordered, V any](b []byte, number protowire.Number, entries map[K]V, appendKey func([]byte, K) []byte, encode func(V, []byte) []byte) []byte {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		b = appendMessage(b, number, func(b []byte) []byte {
			return appendMessage(appendKey(b, key), 2, func(b []byte) []byte { return encode(entries[key], b) })
		})
	}
	return b
}

func appendTextKey(b []byte, key string) []byte   { return appendText(b, 1, key) }
func appendNumberKey(b []byte, key uint64) []byte { return appendNumber(b, 1, key) }

// appendText appends a text; an empty one is not sent.
func appendText(b []byte, number protowire.Number, text string) []byte {
	if text == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), text)
}

// appendNumber appends a whole number; 0 is not sent.
func appendNumber(b []byte, number protowire.Number, value uint64) []byte {
	if value == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), value)
}
