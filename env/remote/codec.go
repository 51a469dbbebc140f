package remote

import (
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
)

// defaultMessage is how large a message may be, in bytes. Pictures exceed gRPC's own 4 MB.
const defaultMessage = 64 << 20

// frame is an encoded message. gRPC carries frames, and this package decodes them: then a malformed
// request is one that can be answered, not the end of the stream.
type frame []byte

// codec is what gRPC uses in place of its generated messages.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(v any) (mem.BufferSlice, error) {
	f, ok := v.(frame)
	if !ok {
		return nil, fmt.Errorf("remote: cannot send a %T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(f)}, nil
}

func (codec) Unmarshal(data mem.BufferSlice, v any) error {
	f, ok := v.(*frame)
	if !ok {
		return fmt.Errorf("remote: cannot receive a %T", v)
	}
	*f = data.Materialize()
	return nil
}

// The one method of the protocol's service.
const (
	service = "dm_env_rpc.v1.Environment"
	method  = "Process"
)

// description is the service as gRPC knows it.
func description(handle grpc.StreamHandler) *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: service,
		Streams:     []grpc.StreamDesc{{StreamName: method, Handler: handle, ServerStreams: true, ClientStreams: true}},
	}
}
