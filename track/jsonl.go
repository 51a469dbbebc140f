package track

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

// JSONL writes metrics as JSON lines, one object for each Write:
//
//	{"step":1000,"time":1735689600.25,"loss/critic":0.5,"loss/actor":"NaN"}
//
// Time is in seconds since 1970. JSON has no infinite numbers: they are the strings "NaN", "+Inf"
// and "-Inf". A line goes to the operating system at once, so a killed process loses none.
type JSONL struct {
	path   string
	file   *os.File
	size   int64 // of the finished lines
	line   []byte
	quoted map[string][]byte // names as JSON, made once
	now    func() time.Time
}

// OpenJSONL opens the file at path to append to it, and makes it if there is none. A last line
// that a crash left unfinished is removed.
func OpenJSONL(path string) (*JSONL, error) {
	if err := TruncateAfter(path, math.MaxInt64); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, explain(path, err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(explain(path, err), file.Close())
	}
	return &JSONL{path: path, file: file, size: info.Size(), quoted: map[string][]byte{}, now: time.Now}, nil
}

// Write appends one line. No metric may be called "step" or "time".
func (j *JSONL) Write(step int64, metrics Metrics) error {
	j.line = append(j.line[:0], `{"step":`...)
	j.line = strconv.AppendInt(j.line, step, 10)
	j.line = append(j.line, `,"time":`...)
	j.line = strconv.AppendFloat(j.line, float64(j.now().UnixMilli())/1000, 'f', 3, 64)
	for _, metric := range metrics {
		if strings.EqualFold(metric.Name, "step") || strings.EqualFold(metric.Name, "time") {
			return fmt.Errorf("track: %s: a metric may not be called %q, each line has that field already", j.path, metric.Name)
		}
		j.line = append(append(j.line, ','), j.quote(metric.Name)...)
		j.line = appendNumber(append(j.line, ':'), metric.Value)
	}
	j.line = append(j.line, '}', '\n')
	return j.append()
}

// append writes the line or nothing: half a line on a full disk would spoil the one after it.
func (j *JSONL) append() error {
	count, err := j.file.Write(j.line)
	if err != nil {
		return errors.Join(explain(j.path, err), explain(j.path, j.file.Truncate(j.size)))
	}
	j.size += int64(count)
	return nil
}

// Close closes the file.
func (j *JSONL) Close() error { return explain(j.path, j.file.Close()) }

func (j *JSONL) quote(name string) []byte {
	quoted, ok := j.quoted[name]
	if !ok {
		quoted, _ = json.Marshal(name) // a string always has a JSON form
		j.quoted[name] = quoted
	}
	return quoted
}

// appendNumber appends value as JSON in the shortest form that reads back the same.
func appendNumber(line []byte, value float64) []byte {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return strconv.AppendQuote(line, strconv.FormatFloat(value, 'g', -1, 64))
	}
	return strconv.AppendFloat(line, value, 'g', -1, 64)
}

// Record is one line of a JSON lines file.
type Record struct {
	Step    int64
	Time    float64 // seconds since 1970
	Metrics Metrics // in the order of the line
}

// ReadJSONL reads the records of a file that JSONL wrote. A last line that a crash left unfinished
// is passed over; anything else that cannot be read is an error that names the line.
func ReadJSONL(path string) ([]Record, error) {
	var records []Record
	err := eachLine(path, func(line []byte, _ int64) (bool, error) {
		record, err := parseRecord(line)
		records = append(records, record)
		return err == nil, err
	})
	return records, err
}

// TruncateAfter removes from the file at path the first line whose step is beyond step, and all
// lines that follow it: what a run wrote after the checkpoint from which it now resumes. It also
// removes a last line that a crash left unfinished. A file that does not exist is left so.
func TruncateAfter(path string, step int64) error {
	kept := int64(0)
	err := eachLine(path, func(line []byte, end int64) (bool, error) {
		var head struct{ Step *int64 }
		if err := json.Unmarshal(line, &head); err != nil {
			return false, err
		}
		if head.Step == nil {
			return false, errors.New(`there is no "step"`)
		}
		if *head.Step > step {
			return false, nil
		}
		kept = end
		return true, nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return explain(path, os.Truncate(path, kept))
}

// eachLine calls visit with every finished line and the offset of its end, until visit returns
// false. What follows the last line feed is unfinished and not visited.
func eachLine(path string, visit func(line []byte, end int64) (more bool, err error)) error {
	file, err := os.Open(path)
	if err != nil {
		return explain(path, err)
	}
	defer file.Close()
	reader := bufio.NewReaderSize(file, 1<<16)
	end := int64(0)
	for number := 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return explain(path, err)
		}
		end += int64(len(line))
		more, err := visit(line, end)
		if err != nil {
			return fmt.Errorf("track: %s, line %d: %w; remove the line if nothing needs it", path, number, err)
		}
		if !more {
			return nil
		}
	}
}

// parseRecord reads a flat JSON object and keeps the order of its fields.
func parseRecord(line []byte) (Record, error) {
	var record Record
	decoder := json.NewDecoder(bytes.NewReader(line))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return record, errors.New("not a JSON object")
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return record, err
		}
		token, err := decoder.Token()
		if err != nil {
			return record, err
		}
		value, err := number(token)
		if err != nil {
			return record, fmt.Errorf("field %v: %w", key, err)
		}
		switch key {
		case "step":
			record.Step = int64(value)
		case "time":
			record.Time = value
		default:
			record.Metrics = append(record.Metrics, Metric{key.(string), value})
		}
	}
	_, err := decoder.Token()
	return record, err
}

// number is the inverse of appendNumber.
func number(token json.Token) (float64, error) {
	switch value := token.(type) {
	case float64:
		return value, nil
	case string:
		switch value {
		case "NaN", "+Inf", "-Inf":
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf(`%v is neither a number nor "NaN", "+Inf" or "-Inf"`, token)
}
