package dataset

import (
	"fmt"
	"reflect"

	"github.com/parquet-go/parquet-go"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// The names of columns.
const (
	episodeIDColumn      = "episode_id"
	stepColumn           = "step"
	isFirstColumn        = "is_first"
	isLastColumn         = "is_last"
	isTerminalColumn     = "is_terminal"
	isTruncatedColumn    = "is_truncated"
	observationPrefix    = "observation."
	actionColumn         = "action"
	rewardColumn         = "reward"
	discountColumn       = "discount"
	logProbabilityColumn = "log_probability"
	stateColumn          = "state"
	versionColumn        = "version"
	imageColumn          = "image"
	physicsColumn        = "physics"
)

// vector is a column of float32: the same elements of every row of a slab of memory.
type vector struct {
	name          string
	offset, width int // the elements
	stride        int // elements of a row of the slab
	scalar        bool
	ofAction      bool     // null where there is no action
	elements      []string // what element 1 is of, and so on; nil if they have numbers alone
	slab          func(*replay.Rows) []float32
}

// at returns the elements of row i.
func (v *vector) at(rows *replay.Rows, i int) []float32 {
	begin := i*v.stride + v.offset
	return v.slab(rows)[begin : begin+v.width]
}

// element names an element.
func (v *vector) element(j int) string {
	if v.scalar {
		return v.name
	}
	if 1 <= j && j <= len(v.elements) {
		return fmt.Sprintf("%s[%s]", v.name, v.elements[j-1])
	}
	return fmt.Sprintf("%s[%d]", v.name, j)
}

// columns are the columns of a schema.
type columns struct {
	schema  stream.Schema
	vectors []vector
}

func observationSlab(r *replay.Rows) []float32    { return r.Observation }
func actionSlab(r *replay.Rows) []float32         { return r.Action }
func rewardSlab(r *replay.Rows) []float32         { return r.Reward }
func discountSlab(r *replay.Rows) []float32       { return r.Discount }
func logProbabilitySlab(r *replay.Rows) []float32 { return r.LogProbability }
func stateSlab(r *replay.Rows) []float32          { return r.State }

// columnsOf returns the columns of a schema, or what in it cannot be stored.
func columnsOf(schema stream.Schema) (*columns, error) {
	layout := schema.Layout
	if layout.Observation < 0 || layout.Image < 0 || layout.Observation+layout.Image < 1 || layout.Action < 1 || layout.Reward < 1 || layout.State < 0 || schema.Physics.Size < 0 {
		return nil, fmt.Errorf("dataset: layout %+v, physics of %d: action, reward, and observation or image must be 1 or more, the others 0 or more", layout, schema.Physics.Size)
	}
	if named := schema.Rewards(); named != nil && layout.Reward != 1+len(named) {
		return nil, fmt.Errorf("dataset: there are %d tasks or objectives, %v, and %d rewards in a step, want 1 and one for each", len(named), named, layout.Reward)
	}
	fields, err := rowFields(schema)
	if err != nil {
		return nil, err
	}
	c := &columns{schema: schema}
	offset := 0
	for _, field := range fields {
		if width := fieldSize(field); width > 0 {
			c.vectors = append(c.vectors, vector{observationPrefix + field.Name, offset, width, layout.Observation, len(field.Shape) == 0, false, nil, observationSlab})
			offset += width
		}
	}
	c.vectors = append(c.vectors,
		vector{actionColumn, 0, layout.Action, layout.Action, false, true, nil, actionSlab},
		vector{rewardColumn, 0, layout.Reward, layout.Reward, layout.Reward == 1, true, schema.Rewards(), rewardSlab},
		vector{discountColumn, 0, 1, 1, true, true, nil, discountSlab},
		vector{logProbabilityColumn, 0, 1, 1, true, true, nil, logProbabilitySlab})
	if layout.State > 0 {
		c.vectors = append(c.vectors, vector{stateColumn, 0, layout.State, layout.State, false, false, nil, stateSlab})
	}
	return c, c.checkNames()
}

// checkNames refuses two columns of one name.
func (c *columns) checkNames() error {
	seen := map[string]bool{}
	for _, v := range c.vectors {
		if seen[v.name] {
			return fmt.Errorf("dataset: two columns are called %s", v.name)
		}
		seen[v.name] = true
	}
	return nil
}

// checkSame refuses an episode of another schema.
func (c *columns) checkSame(e *Episode) error {
	if reflect.DeepEqual(e.Schema, c.schema) {
		return nil
	}
	return fmt.Errorf("dataset: episode %s has another schema than those before, %+v instead of %+v", e.ID, e.Schema, c.schema)
}

// rowFields are the observations that the flat row has. Pictures, which are bytes, may be stored apart.
func rowFields(schema stream.Schema) ([]stream.Field, error) {
	var numbers []stream.Field
	all, flat := 0, 0
	for _, field := range schema.Observations {
		all += fieldSize(field)
		if field.Kind != env.Uint8.String() {
			flat += fieldSize(field)
			numbers = append(numbers, field)
		}
	}
	switch schema.Layout.Observation {
	case all:
		return schema.Observations, nil
	case flat:
		return numbers, nil
	}
	return nil, fmt.Errorf("dataset: the observations have %d elements and a row has %d", all, schema.Layout.Observation)
}

// fieldSize is the number of elements: the product of the shape.
func fieldSize(field stream.Field) int { return env.Spec{Shape: field.Shape}.Size() }

// record is a node with fields in the order of their names here; a parquet.Group alone sorts them.
type record struct {
	parquet.Group
	names []string
}

// Fields returns the fields in order.
func (r record) Fields() []parquet.Field {
	position := map[string]int{}
	for i, name := range r.names {
		position[name] = i
	}
	fields := make([]parquet.Field, len(r.names))
	for _, field := range r.Group.Fields() {
		fields[position[field.Name()]] = field
	}
	return fields
}

// add adds a field behind the others.
func (r *record) add(name string, node parquet.Node) {
	r.Group[name] = node
	r.names = append(r.names, name)
}

// parquetSchema is the schema of a file. Numbers of one kind lie closer together by bytes of one
// significance (BYTE_STREAM_SPLIT), which packs better; ids and flags repeat.
func (c *columns) parquetSchema() *parquet.Schema {
	float := parquet.Encoded(parquet.Leaf(parquet.FloatType), &parquet.ByteStreamSplit)
	double := parquet.Encoded(parquet.Leaf(parquet.DoubleType), &parquet.ByteStreamSplit)
	r := &record{Group: parquet.Group{}}
	r.add(episodeIDColumn, parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
	r.add(stepColumn, parquet.Encoded(parquet.Int(64), &parquet.DeltaBinaryPacked))
	for _, flag := range []string{isFirstColumn, isLastColumn, isTerminalColumn, isTruncatedColumn} {
		r.add(flag, parquet.Leaf(parquet.BooleanType))
	}
	for _, v := range c.vectors {
		node := float
		if !v.scalar {
			node = parquet.List(node)
		}
		if v.ofAction {
			node = parquet.Optional(node)
		}
		r.add(v.name, node)
	}
	r.add(versionColumn, parquet.Encoded(parquet.Uint(64), &parquet.DeltaBinaryPacked))
	if c.schema.Layout.Image > 0 {
		r.add(imageColumn, parquet.Leaf(parquet.ByteArrayType))
	}
	if c.schema.Physics.Size > 0 {
		r.add(physicsColumn, parquet.List(double))
	}
	return parquet.NewSchema("step", r)
}

// rowBytes is the memory that a row takes, about.
func (c *columns) rowBytes() int {
	l := c.schema.Layout
	return 4*(l.Observation+l.Action+l.Reward+l.State+2) + l.Image + 8*c.schema.Physics.Size + 32
}
