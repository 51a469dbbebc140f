// Package wire is the binary form of dm_env_rpc version 1: its messages as Go values, and their
// encoding as protocol buffers, written by hand because the messages are few and every size has to
// be checked before memory is taken for it.
package wire

// Kind is the purpose of a request and of its response: the field number of the one payload that
// the message carries.
type Kind int32

// The kinds of messages.
const (
	CreateWorld  Kind = 1
	JoinWorld    Kind = 2
	Step         Kind = 3
	Reset        Kind = 4
	ResetWorld   Kind = 5
	LeaveWorld   Kind = 6
	DestroyWorld Kind = 7
	Extension    Kind = 15 // its content is not decoded
	Error        Kind = 16 // of responses only
)

// String names the kind as the protocol does.
func (k Kind) String() string {
	names := map[Kind]string{
		CreateWorld: "create_world", JoinWorld: "join_world", Step: "step", Reset: "reset", ResetWorld: "reset_world",
		LeaveWorld: "leave_world", DestroyWorld: "destroy_world", Extension: "extension", Error: "error",
	}
	if name, known := names[k]; known {
		return name
	}
	return "empty message"
}

// Request is what a client sends. Kind decides which of the other fields have a meaning.
type Request struct {
	Kind      Kind
	World     string            // JoinWorld, ResetWorld, DestroyWorld
	Settings  map[string]Tensor // CreateWorld, JoinWorld, Reset, ResetWorld
	Actions   map[uint64]Tensor // Step
	Requested []uint64          // Step: the observations wanted
}

// Response is what a server answers. Kind decides which of the other fields have a meaning.
type Response struct {
	Kind         Kind
	World        string            // CreateWorld
	Specs        Specs             // JoinWorld, Reset
	State        State             // Step
	Observations map[uint64]Tensor // Step
	Code         int32             // Error: a code of gRPC
	Message      string            // Error
}

// State tells how a sequence stands after a step.
type State int32

// The states of a sequence.
const (
	Running     State = 1
	Terminated  State = 2
	Interrupted State = 3
)

// Specs describes what can be sent and what can be asked for, by identifier.
type Specs struct {
	Actions, Observations map[uint64]Spec
}

// Spec describes one tensor. A bound that was not given has no values.
type Spec struct {
	Name             string
	Shape            []int32
	Type             DataType
	Minimum, Maximum Tensor // without shape: one element, or one for each of the tensor's
}

// DataType is the type of the elements of a tensor.
type DataType int32

// The types of elements.
const (
	Float  DataType = 1
	Double DataType = 2
	Int8   DataType = 3
	Int32  DataType = 4
	Int64  DataType = 5
	Uint8  DataType = 6
	Uint32 DataType = 7
	Uint64 DataType = 8
	Bool   DataType = 9
	String DataType = 10
	Proto  DataType = 11
)

// String names the type as the protocol does.
func (t DataType) String() string {
	if t < Float || t > Proto {
		return "INVALID"
	}
	return [...]string{"FLOAT", "DOUBLE", "INT8", "INT32", "INT64", "UINT8", "UINT32", "UINT64", "BOOL", "STRING", "PROTO"}[t-1]
}

// Blob is a message of unknown type, encoded.
type Blob []byte
