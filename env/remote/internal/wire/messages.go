package wire

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// DecodeRequest decodes a request that takes at most limit bytes, encoded and in memory.
func DecodeRequest(data []byte, limit int) (Request, error) {
	var r Request
	kind, payload, d, err := open(data, limit)
	if err != nil {
		return r, fmt.Errorf("the request: %w", err)
	}
	r.Kind = kind
	err = eachField(payload, func(f field) error { return d.requestField(&r, f) })
	if err != nil {
		return Request{}, fmt.Errorf("the request %v: %w", kind, err)
	}
	return r, nil
}

// DecodeResponse decodes a response that takes at most limit bytes, encoded and in memory.
func DecodeResponse(data []byte, limit int) (Response, error) {
	var r Response
	kind, payload, d, err := open(data, limit)
	if err != nil {
		return r, fmt.Errorf("the response: %w", err)
	}
	r.Kind = kind
	err = eachField(payload, func(f field) error { return d.responseField(&r, f) })
	if err != nil {
		return Response{}, fmt.Errorf("the response %v: %w", kind, err)
	}
	return r, nil
}

// open finds the payload of a request or response. Of several, the last counts.
func open(data []byte, limit int) (kind Kind, payload []byte, d *decoder, err error) {
	if len(data) > limit {
		return 0, nil, nil, fmt.Errorf("has %d bytes, at most %d are allowed", len(data), limit)
	}
	err = eachField(data, func(f field) (err error) {
		switch k := Kind(f.number); k {
		case CreateWorld, JoinWorld, Step, Reset, ResetWorld, LeaveWorld, DestroyWorld, Extension, Error:
			kind = k
			payload, err = f.message()
		}
		return err
	})
	if err == nil && kind == Extension {
		payload = nil
	}
	return kind, payload, &decoder{limit}, err
}

// settingsField is where a request has its settings, 0 if it has none.
func settingsField(kind Kind) protowire.Number {
	return map[Kind]protowire.Number{CreateWorld: 1, Reset: 1, JoinWorld: 2, ResetWorld: 2}[kind]
}

// namesWorld tells whether a request has the name of a world, in field 1.
func namesWorld(kind Kind) bool {
	return kind == JoinWorld || kind == ResetWorld || kind == DestroyWorld
}

func (d *decoder) requestField(r *Request, f field) (err error) {
	switch {
	case f.number == settingsField(r.Kind):
		r.Settings, err = entry(d, r.Settings, f, field.name, d.tensor)
	case f.number == 1 && namesWorld(r.Kind):
		r.World, err = f.name()
	case f.number == 1 && r.Kind == Step:
		r.Actions, err = entry(d, r.Actions, f, field.varint, d.tensor)
	case f.number == 2 && r.Kind == Step:
		r.Requested, err = varints(d, r.Requested, f, 8, func(x uint64) uint64 { return x })
	}
	return err
}

func (d *decoder) responseField(r *Response, f field) (err error) {
	switch {
	case f.number == 1 && r.Kind == CreateWorld:
		r.World, err = f.name()
	case f.number == 1 && (r.Kind == JoinWorld || r.Kind == Reset):
		r.Specs, err = d.specs(f)
	case f.number == 1 && r.Kind == Step:
		var state uint64
		state, err = f.varint()
		r.State = State(state)
	case f.number == 2 && r.Kind == Step:
		r.Observations, err = entry(d, r.Observations, f, field.varint, d.tensor)
	case f.number == 1 && r.Kind == Error:
		var code uint64
		code, err = f.varint()
		r.Code = int32(code)
	case f.number == 2 && r.Kind == Error:
		r.Message, err = f.short()
	}
	return err
}

// short is the beginning of a text of any length.
func (f field) short() (string, error) {
	if f.form != protowire.BytesType || !utf8.Valid(f.bytes) {
		return "", errors.New("is no text")
	}
	return string(f.bytes[:min(len(f.bytes), maxName)]), nil
}

// entry decodes one entry of a map and adds it.
func entry[K comparable, V any](d *decoder, entries map[K]V, f field, decodeKey func(field) (K, error), decode func([]byte) (V, error)) (map[K]V, error) {
	data, err := f.message()
	if err == nil {
		err = d.take(1, entryCost)
	}
	if err != nil {
		return nil, err
	}
	var key K
	var value V
	err = eachField(data, func(f field) (err error) {
		switch f.number {
		case 1:
			key, err = decodeKey(f)
		case 2:
			var data []byte
			if data, err = f.message(); err == nil {
				value, err = decode(data)
			}
		}
		return err
	})
	if entries == nil {
		entries = map[K]V{}
	}
	entries[key] = value
	return entries, err
}

func (d *decoder) specs(f field) (s Specs, err error) {
	data, err := f.message()
	if err != nil {
		return s, err
	}
	err = eachField(data, func(f field) (err error) {
		switch f.number {
		case 1:
			s.Actions, err = entry(d, s.Actions, f, field.varint, d.spec)
		case 2:
			s.Observations, err = entry(d, s.Observations, f, field.varint, d.spec)
		}
		return err
	})
	return s, err
}

func (d *decoder) spec(data []byte) (s Spec, err error) {
	err = eachField(data, func(f field) (err error) {
		switch f.number {
		case 1:
			s.Name, err = f.name()
		case 2:
			s.Shape, err = d.shape(s.Shape, f)
		case 3:
			var kind uint64
			kind, err = f.varint()
			s.Type = DataType(kind)
		case 4:
			s.Minimum, err = d.bound(f)
		case 5:
			s.Maximum, err = d.bound(f)
		}
		return err
	})
	return s, err
}

// boundOffset is the distance between the fields of a bound and those of a tensor.
const boundOffset = 8

// boundTypes are the types of bounds, in the order of their fields from number 9 on.
var boundTypes = [...]DataType{Float, Double, Int8, Int32, Int64, Uint8, Uint32, Uint64}

func (d *decoder) bound(f field) (t Tensor, err error) {
	data, err := f.message()
	if err != nil {
		return t, err
	}
	err = eachField(data, func(f field) (err error) {
		for _, kind := range boundTypes {
			if f.number == protowire.Number(kind+boundOffset) {
				t.Values, err = d.array(kind, f)
			}
		}
		return err
	})
	return t, err
}
