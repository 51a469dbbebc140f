package dataset

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// source is a Parquet file that is read.
type source struct {
	file    *os.File
	parquet *parquet.File
	bound   binding
}

// recovered makes an error of a panic: the library has some for damaged files.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the file is damaged: %v", r)
	}
}

func openSource(path string) (s *source, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", path, errors.Join(err, file.Close()))
		}
	}()
	defer recovered(&err)
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	opened, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("not a whole Parquet file: %w", err)
	}
	return &source{file: file, parquet: opened}, nil
}

// checkContents tells whether the file at path is not the one that was written.
func (f File) checkContents(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := digest{sum: sha256.New()}
	if _, err := io.Copy(&sum, file); err != nil {
		return err
	}
	if sum.size != f.Bytes || sum.hex() != f.SHA256 {
		return fmt.Errorf("%d bytes with SHA-256 %s, %s says %d with %s: it is damaged or was changed", sum.size, sum.hex(), summaryName, f.Bytes, f.SHA256)
	}
	return nil
}

// leaf is where the values of a column are in a file.
type leaf struct {
	index      int
	definition int // the level of a value that is there
	repeated   bool
	kind       parquet.Kind
}

// binding says where the columns are that are not vectors, and the vectors, in their order. nil stands for
// a column that the file does not have.
type binding struct {
	id, step, first, last, terminal, truncated *leaf
	vectors                                    []*leaf
	version, image, physics                    *leaf
}

// sort is what a column may hold.
type sort struct {
	words string
	kinds []parquet.Kind
}

var (
	texts    = sort{"a string, or an integer", []parquet.Kind{parquet.ByteArray, parquet.FixedLenByteArray, parquet.Int64, parquet.Int32}}
	integers = sort{"INT64 or INT32", []parquet.Kind{parquet.Int64, parquet.Int32}}
	flags    = sort{"BOOLEAN", []parquet.Kind{parquet.Boolean}}
	numbers  = sort{"FLOAT, or a list of FLOAT; DOUBLE, INT32 and INT64 will do", []parquet.Kind{parquet.Float, parquet.Double, parquet.Int32, parquet.Int64}}
	binary   = sort{"BYTE_ARRAY", []parquet.Kind{parquet.ByteArray, parquet.FixedLenByteArray}}
)

// bind finds the columns. Of files that another tool wrote, some may be missing.
func (s *source) bind(c *columns, foreign bool) error {
	var faults []error
	find := func(name string, of sort, required bool) *leaf {
		found, err := s.find(name, of)
		if found == nil && err == nil && required {
			err = fmt.Errorf("column %s is missing; it must be %s", name, of.words)
		}
		if err != nil {
			faults = append(faults, err)
		}
		return found
	}
	b := binding{
		id: find(episodeIDColumn, texts, true), step: find(stepColumn, integers, !foreign),
		first: find(isFirstColumn, flags, !foreign), last: find(isLastColumn, flags, true),
		terminal: find(isTerminalColumn, flags, true), truncated: find(isTruncatedColumn, flags, !foreign),
		version: find(versionColumn, integers, !foreign),
	}
	for _, v := range c.vectors {
		optional := foreign && (v.name == discountColumn || v.name == logProbabilityColumn)
		b.vectors = append(b.vectors, find(v.name, numbers, !optional))
	}
	if c.schema.Layout.Image > 0 {
		b.image = find(imageColumn, binary, true)
	}
	if c.schema.Physics.Size > 0 {
		b.physics = find(physicsColumn, numbers, true)
	}
	s.bound = b
	if len(faults) > 0 {
		return fmt.Errorf("%w\nthe file has the columns %s", errors.Join(faults...), strings.Join(s.names(), ", "))
	}
	return nil
}

func (s *source) names() []string {
	var names []string
	for _, column := range s.parquet.Root().Columns() {
		names = append(names, column.Name())
	}
	return names
}

// find returns the column called name, or nil if there is none.
func (s *source) find(name string, of sort) (*leaf, error) {
	column := s.parquet.Root().Column(name)
	if column == nil {
		return nil, nil
	}
	for !column.Leaf() {
		if len(column.Columns()) != 1 {
			return nil, fmt.Errorf("column %s has %d parts; it must be %s", name, len(column.Columns()), of.words)
		}
		column = column.Columns()[0]
	}
	kind := column.Type().Kind()
	if !slices.Contains(of.kinds, kind) || column.MaxRepetitionLevel() > 1 {
		return nil, fmt.Errorf("column %s is %v in %d lists; it must be %s", name, kind, column.MaxRepetitionLevel(), of.words)
	}
	return &leaf{column.Index(), column.MaxDefinitionLevel(), column.MaxRepetitionLevel() > 0, kind}, nil
}

// inferSchema is the schema that the columns tell: of the names, and of the first row that has a value.
func (s *source) inferSchema() (schema stream.Schema, err error) {
	defer recovered(&err)
	if s.parquet.NumRows() == 0 {
		return schema, fmt.Errorf("%s has no rows", s.file.Name())
	}
	schema = stream.Schema{ActionRepeat: 1}
	for _, name := range s.names() {
		if field, isObservation := strings.CutPrefix(name, observationPrefix); isObservation {
			shape, err := s.shape(name)
			if err != nil {
				return schema, err
			}
			schema.Observations = append(schema.Observations, stream.Field{Name: field, Shape: shape, Kind: env.Float64.String()})
			schema.Layout.Observation += env.Spec{Shape: shape}.Size()
		}
	}
	if len(schema.Observations) == 0 {
		return schema, fmt.Errorf("%s: no column is called %sNAME; the columns are %s", s.file.Name(), observationPrefix, strings.Join(s.names(), ", "))
	}
	return schema, s.inferWidths(&schema)
}

// inferWidths finds the sizes of what is not an observation.
func (s *source) inferWidths(schema *stream.Schema) error {
	var faults []error
	size := func(name string) int {
		shape, err := s.shape(name)
		faults = append(faults, err)
		return env.Spec{Shape: shape}.Size()
	}
	optional := func(name string) int {
		if s.parquet.Root().Column(name) == nil {
			return 0
		}
		return size(name)
	}
	schema.Layout = replay.Layout{
		Observation: schema.Layout.Observation, Action: size(actionColumn), Reward: size(rewardColumn),
		Image: s.imageBytes(), State: optional(stateColumn),
	}
	schema.Action = stream.Field{Name: actionColumn, Shape: []int{schema.Layout.Action}, Kind: env.Float64.String()}
	schema.Physics.Size = optional(physicsColumn)
	return errors.Join(faults...)
}

// shape is the shape of a column's arrays: that of the first which is there.
func (s *source) shape(name string) ([]int, error) {
	l, err := s.find(name, numbers)
	if err == nil && l == nil {
		err = fmt.Errorf("column %s is missing; it must be %s; the columns are %s", name, numbers.words, strings.Join(s.names(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file.Name(), err)
	}
	if !l.repeated {
		return []int{}, nil
	}
	group := s.parquet.RowGroups()[0]
	read, err := readCells(group, l, parquet.Value.Kind, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: column %s: %w", s.file.Name(), name, err)
	}
	for _, count := range read.counts {
		if count > 0 {
			return []int{int(count)}, nil
		}
	}
	return nil, fmt.Errorf("%s: column %s has no values in the first row group", s.file.Name(), name)
}

// imageBytes is the size of the first image, or 0 if there are none.
func (s *source) imageBytes() int {
	l, err := s.find(imageColumn, binary)
	if err != nil || l == nil {
		return 0
	}
	read, err := readCells(s.parquet.RowGroups()[0], l, func(v parquet.Value) int { return len(v.ByteArray()) }, nil)
	if err != nil || len(read.values) == 0 {
		return 0
	}
	return read.values[0]
}
