package wire

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

const limit = 1 << 20

// golden returns the samples of testdata: messages that another encoder made, by what they are.
func golden(t testing.TB) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile("testdata/rpc_wire.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples []struct {
		What  string `json:"what"`
		Proto string `json:"proto_hex"`
	}
	if err := json.Unmarshal(text, &samples); err != nil {
		t.Fatal(err)
	}
	byName := map[string][]byte{}
	for _, sample := range samples {
		if byName[sample.What], err = hex.DecodeString(sample.Proto); err != nil {
			t.Fatal(err)
		}
	}
	return byName
}

var one = float32(1)

// meaning is what the golden samples say.
var meaning = map[string]any{
	"Tensor floats [1, -2.5, 0.1] shape [3]":                             Tensor{[]int32{3}, []float32{1, -2.5, 0.1}},
	"Tensor floats scalar 1.5, empty shape":                              Tensor{nil, []float32{1.5}},
	"Tensor floats 2x2 row-major 1,2,3,4":                                Tensor{[]int32{2, 2}, []float32{1, 2, 3, 4}},
	"Tensor floats one element 0 broadcast to shape [2,3]":               Tensor{[]int32{2, 3}, []float32{0}},
	"Tensor int8 bytes [-1, 0, 1] shape [3] (two's complement bytes)":    Tensor{[]int32{3}, []int8{-1, 0, 1}},
	"Tensor uint8 bytes [0,128,255] shape [3]":                           Tensor{[]int32{3}, []uint8{0, 128, 255}},
	"Tensor int32 [-1, 300] shape [2] (negative varint is 10 bytes)":     Tensor{[]int32{2}, []int32{-1, 300}},
	"Tensor int32 shape [-1] inferred, values 1,2":                       Tensor{[]int32{-1}, []int32{1, 2}},
	"Tensor bool [true,false]":                                           Tensor{[]int32{2}, []bool{true, false}},
	"Tensor strings scalar \"Catch\"":                                    Tensor{nil, []string{"Catch"}},
	"Tensor empty floats, shape [0]":                                     Tensor{[]int32{0}, []float32{}},
	"TensorSpec name=reward dtype=FLOAT scalar no bounds":                Spec{Name: "reward", Type: Float},
	"EnvironmentRequest.step actions{1: int8 scalar -1} requested [1,2]": Request{Kind: Step, Actions: map[uint64]Tensor{1: {nil, []int8{-1}}}, Requested: []uint64{1, 2}},
	"EnvironmentRequest.step empty (oneof present, zero length)":         Request{Kind: Step},
	"EnvironmentRequest.create_world settings{seed: int32 scalar 7}":     Request{Kind: CreateWorld, Settings: map[string]Tensor{"seed": {nil, []int32{7}}}},
	"EnvironmentResponse.step RUNNING observations{2: float scalar 0}":   Response{Kind: Step, State: Running, Observations: map[uint64]Tensor{2: {nil, []float32{0}}}},
}

// recode decodes data as a message of the type of like, and encodes that again.
func recode(data []byte, like any) (decoded any, encoded []byte, err error) {
	d := &decoder{limit}
	switch like.(type) {
	case Tensor:
		m, err := d.tensor(data)
		return m, m.encode(nil), err
	case Spec:
		m, err := d.spec(data)
		return m, m.encode(nil), err
	case Request:
		m, err := DecodeRequest(data, limit)
		return m, m.Encode(nil), err
	}
	m, err := DecodeResponse(data, limit)
	return m, m.Encode(nil), err
}

func TestGolden(t *testing.T) {
	samples := golden(t)
	if len(samples) != len(meaning) {
		t.Errorf("%d samples and %d meanings", len(samples), len(meaning))
	}
	for what, want := range meaning {
		got, encoded, err := recode(samples[what], want)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", what, err, diff)
		}
		if again, _, err := recode(encoded, want); err != nil || cmp.Diff(want, again) != "" {
			t.Errorf("%s encoded and decoded: %v, %v", what, again, err)
		}
	}
}

// every is a request or response of every kind, with tensors of every type.
func every() []any {
	tensors := map[uint64]Tensor{
		0: {[]int32{2}, []float32{one, float32(math.Inf(1))}}, 1: {nil, []float64{math.Pi}}, 2: {[]int32{2}, []int8{-128, 127}},
		3: {nil, []int32{math.MinInt32}}, 4: {nil, []int64{math.MinInt64}}, 5: {[]int32{1, 2}, []uint8{1, 255}},
		6: {nil, []uint32{math.MaxUint32}}, 7: {nil, []uint64{math.MaxUint64}}, 8: {nil, []bool{false}},
		9: {[]int32{2}, []string{"", "é"}}, math.MaxUint64: {nil, []Blob{{1, 2}}}, 11: {},
	}
	settings := map[string]Tensor{"": tensors[1], "é": tensors[9]}
	spec := Spec{"a.b", []int32{2, -1}, Uint8, Tensor{nil, []uint8{0}}, Tensor{nil, []uint8{9}}}
	specs := Specs{map[uint64]Spec{1: spec, 2: {Name: "b", Type: Double, Minimum: Tensor{nil, []float64{-1, 1}}}}, map[uint64]Spec{0: spec}}
	return []any{
		Request{Kind: CreateWorld, Settings: settings}, Request{Kind: JoinWorld, World: "w", Settings: settings},
		Request{Kind: Step, Actions: tensors, Requested: []uint64{0, math.MaxUint64, 7, 7}}, Request{Kind: Reset, Settings: settings},
		Request{Kind: ResetWorld, World: "w", Settings: settings}, Request{Kind: LeaveWorld}, Request{Kind: DestroyWorld, World: "w"},
		Request{Kind: Extension}, Response{Kind: CreateWorld, World: "w"}, Response{Kind: JoinWorld, Specs: specs},
		Response{Kind: Step, State: Interrupted, Observations: tensors}, Response{Kind: Reset, Specs: specs}, Response{Kind: ResetWorld},
		Response{Kind: LeaveWorld}, Response{Kind: DestroyWorld}, Response{Kind: Error, Code: 5, Message: "none"},
	}
}

func TestEveryMessage(t *testing.T) {
	for _, want := range every() {
		data := encode(want)
		got, again, err := recode(data, want)
		if diff := cmp.Diff(want, got); diff != "" || err != nil || string(again) != string(data) {
			t.Errorf("%+v: %v\n%s", want, err, diff)
		}
	}
}

func encode(message any) []byte {
	if request, ok := message.(Request); ok {
		return request.Encode(nil)
	}
	return message.(Response).Encode(nil)
}

// Repeated numbers may come unpacked, and in pieces.
func TestUnpackedNumbers(t *testing.T) {
	var data []byte
	data = protowire.AppendFixed64(protowire.AppendTag(data, 1, protowire.Fixed64Type), math.Float64bits(1))
	data = protowire.AppendBytes(protowire.AppendTag(data, 1, protowire.BytesType), make([]byte, 16))
	tensor := protowire.AppendVarint(protowire.AppendTag(nil, 15, protowire.VarintType), 3)
	tensor = protowire.AppendBytes(protowire.AppendTag(tensor, protowire.Number(Double), protowire.BytesType), data)
	got, err := (&decoder{limit}).tensor(tensor)
	if diff := cmp.Diff(Tensor{[]int32{3}, []float64{1, 0, 0}}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

// A message cut anywhere is an error or a shorter message, never a crash.
func TestTruncated(t *testing.T) {
	for _, message := range every() {
		data := encode(message)
		for end := range data {
			if _, _, err := recode(data[:end], message); err == nil && end > 0 {
				t.Errorf("%+v cut after %d of %d bytes is no error", message, end, len(data))
			}
		}
	}
}

// payload is a step with one action, whose field of type kind has the given array.
func payload(kind DataType, array []byte) []byte {
	return appendMessage(nil, protowire.Number(Step), func(b []byte) []byte {
		return appendMessage(b, 1, func(b []byte) []byte {
			return appendMessage(b, 2, func(b []byte) []byte {
				return appendMessage(b, protowire.Number(kind), func(b []byte) []byte {
					return protowire.AppendBytes(protowire.AppendTag(b, 1, protowire.BytesType), array)
				})
			})
		})
	})
}

// Messages that are small on the wire and large in memory are refused before memory is taken.
func TestGrowthIsRefused(t *testing.T) {
	entries := appendMessage(nil, protowire.Number(Step), func(b []byte) []byte {
		for key := range uint64(limit / entryCost) {
			b = appendMessage(b, 1, func(b []byte) []byte { return appendNumber(b, 1, key+1) })
		}
		return appendMessage(b, 1, func(b []byte) []byte { return b })
	})
	texts := appendMessage(nil, protowire.Number(CreateWorld), func(b []byte) []byte {
		return appendMap(b, 1, map[string]Tensor{"x": {[]int32{-1}, make([]string, limit/20)}}, appendTextKey, Tensor.encode)
	})
	for name, data := range map[string][]byte{
		"numbers": payload(Int64, make([]byte, limit/4)), "texts": texts, "entries": entries,
	} {
		if len(data) > limit {
			t.Fatalf("%s: %d bytes are over the limit already", name, len(data))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := DecodeRequest(data, limit)
		runtime.ReadMemStats(&after)
		expect(t, name, err, "larger than a message may be")
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 4*limit {
			t.Errorf("%s: %d bytes were taken", name, taken)
		}
	}
}

func TestRefused(t *testing.T) {
	join := func(name string) []byte { return Request{Kind: JoinWorld, World: name}.Encode(nil) }
	shape := func(size int) []byte {
		return Request{Kind: Step, Actions: map[uint64]Tensor{1: {make([]int32, size), []float32{}}}}.Encode(nil)
	}
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"too large", make([]byte, limit+1), "at most 1048576 are allowed"},
		{"long name", join(strings.Repeat("n", maxName+1)), "at most 4096 are allowed"},
		{"no text", join("\xff"), "is no text"},
		{"dimensions", shape(maxDimensions + 1), "at most 32 are allowed"},
		{"a length beyond the end", []byte{0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f}, "unexpected EOF"},
		{"a group", []byte{0x1b, 0x1c}, "does not use"},
		{"a number for a message", []byte{0x18, 1}, "want a message"},
		{"a message for a number", []byte{0x1a, 4, 0x0a, 2, 0x0a, 0}, "want a number"},
		{"half a number", payload(Float, make([]byte, 6)), "no array of numbers of 4 bytes"},
		{"an endless number", payload(Int32, []byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}), "overflow"},
	} {
		_, err := DecodeRequest(test.data, limit)
		expect(t, test.name, err, test.want)
	}
}

func expect(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want %q", what, err, want)
	}
}

func TestDimensions(t *testing.T) {
	for _, test := range []struct {
		shape []int32
		count int
		want  []int
		err   string
	}{
		{nil, 1, []int{}, ""},
		{nil, 2, nil, "a scalar has 2 elements"},
		{nil, 0, nil, "a scalar has 0 elements"},
		{[]int32{2, 3}, 6, []int{2, 3}, ""},
		{[]int32{2, 3}, 1, []int{2, 3}, ""},
		{[]int32{2, 3}, 5, nil, "do not fill"},
		{[]int32{2, -1}, 6, []int{2, 3}, ""},
		{[]int32{4, -1}, 6, nil, "do not fill"},
		{[]int32{-1, -1}, 6, nil, "two negative dimensions"},
		{[]int32{-1, -1}, 1, nil, "two negative dimensions"},
		{[]int32{-1}, 1, []int{1}, ""},
		{[]int32{0}, 0, []int{0}, ""},
		{[]int32{0, -1}, 3, nil, "do not fill"},
		{[]int32{-1}, 0, []int{0}, ""},
		{[]int32{1 << 30, 1 << 30, 1 << 30}, 1, nil, "more than 100 elements"},
	} {
		got, err := Tensor{test.shape, make([]float32, test.count)}.Dimensions(100)
		if test.err != "" {
			expect(t, "dimensions", err, test.err)
		} else if err != nil || cmp.Diff(test.want, got) != "" {
			t.Errorf("%d elements of shape %v: %v, %v", test.count, test.shape, got, err)
		}
	}
}

func TestNumbersAreClippedToTheirType(t *testing.T) {
	for kind := Float; kind <= Bool; kind++ {
		made, err := FromFloats(kind, []int32{2}, []float64{-1e30, 1e30})
		if err != nil {
			t.Fatal(err)
		}
		var back [2]float64
		if err := made.Floats(back[:]); err != nil {
			t.Fatal(err)
		}
		low, high := kind.Range()
		low, high = max(low, float64(float32(-1e30))), min(high, float64(float32(1e30)))
		if math.Abs(back[0]-low) > 1e23 || math.Abs(back[1]-high) > 1e23 || made.Type() != kind {
			t.Errorf("%v: %v, want %v and %v", kind, back, low, high)
		}
	}
	_, err := FromFloats(String, nil, []float64{1})
	expect(t, "text", err, "cannot be sent as STRING")
}

// FuzzDecode looks for messages that crash the decoder, that take more memory than they may, or that
// mean something else when they are encoded again.
func FuzzDecode(f *testing.F) {
	for _, data := range golden(f) {
		f.Add(data)
	}
	for _, message := range every() {
		f.Add(encode(message))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const ample = 1 << 24 // encoding anew may lengthen: small messages are far from this
		if request, err := DecodeRequest(data, ample); err == nil && request.Kind != 0 {
			if again, err := DecodeRequest(request.Encode(nil), ample); err != nil || string(again.Encode(nil)) != string(request.Encode(nil)) {
				t.Errorf("%+v became %+v, %v", request, again, err)
			}
			for _, action := range request.Actions {
				_, _ = action.Dimensions(ample)
			}
		}
		if response, err := DecodeResponse(data, ample); err == nil && response.Kind != 0 {
			if again, err := DecodeResponse(response.Encode(nil), ample); err != nil || string(again.Encode(nil)) != string(response.Encode(nil)) {
				t.Errorf("%+v became %+v, %v", response, again, err)
			}
		}
	})
}
