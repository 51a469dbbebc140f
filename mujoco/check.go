package mujoco

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// What a model may ask for. MuJoCo allocates first and checks afterwards, or not at all: beyond these
// limits it would end the process.
const (
	mostElements   = 100_000 // of all XML files together
	mostDepth      = 100     // of nested elements
	mostBytes      = 1 << 30 // of textures and height fields together, and of any one file
	longestText    = 200     // bytes of a name or any other attribute that is not a list of numbers
	mostReplicates = 10_000  // elements of one composite
)

// mostOf limits attributes that are counts.
var mostOf = map[string]float64{
	"njmax": 10_000, "nconmax": 10_000, "nstack": mostBytes / 8, "nuserdata": 1_000_000, "nkey": 1000,
	"nuser_body": 100, "nuser_jnt": 100, "nuser_geom": 100, "nuser_site": 100, "nuser_cam": 100,
	"nuser_tendon": 100, "nuser_actuator": 100, "nuser_sensor": 100,
	"iterations": 100_000, "noslip_iterations": 100_000, "mpr_iterations": 100_000,
	"width": 65_536, "height": 65_536, "nrow": 65_536, "ncol": 65_536, "dim": 10_000,
	"shadowsize": 16_384, "offsamples": 64, "numslices": 1000, "numstacks": 1000, "numquads": 1000,
	"offwidth": 16_384, "offheight": 16_384,
}

// checker reads a model before MuJoCo does, and refuses what would harm the process.
type checker struct {
	files     map[string][]byte // all that the model may refer to; nil if it may read the disk
	directory string            // where included files lie, on disk
	included  map[string]bool
	elements  int
	bytes     float64 // of textures and height fields
}

// check returns a *CompileError unless the XML in source, and what it includes, is safe to compile.
func (c *checker) check(file string, source []byte, depth int) error {
	if len(source) > mostBytes {
		return &CompileError{File: file, Text: fmt.Sprintf("the file has more than %d bytes", mostBytes)}
	}
	decoder := xml.NewDecoder(bytes.NewReader(source))
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil } // MuJoCo ignores it too
	for {
		line, column := decoder.InputPos()
		token, err := decoder.Token()
		if err == io.EOF {
			return nil
		}
		if syntax, ok := err.(*xml.SyntaxError); ok {
			line, column = decoder.InputPos()
			return &CompileError{File: file, Line: line, Column: column, Text: "XML syntax error: " + syntax.Msg}
		}
		err = c.token(token, &depth)
		if _, inner := err.(*CompileError); inner { // of an included file
			return err
		} else if err != nil {
			return &CompileError{File: file, Line: line, Column: column, Text: err.Error()}
		}
	}
}

// token checks one token and keeps count of the depth.
func (c *checker) token(token xml.Token, depth *int) error {
	switch token := token.(type) {
	case xml.StartElement:
		*depth++
		return c.element(token, *depth)
	case xml.EndElement:
		*depth--
	case xml.Directive: // parsers disagree on where it ends, so it could hide what follows
		return fmt.Errorf("XML directives such as <!DOCTYPE> are not allowed")
	}
	return nil
}

// element checks one element and, if it includes a file, that file.
func (c *checker) element(e xml.StartElement, depth int) error {
	if c.elements++; c.elements > mostElements {
		return fmt.Errorf("the model has more than %d elements", mostElements)
	}
	if depth > mostDepth {
		return fmt.Errorf("elements are nested more than %d deep", mostDepth)
	}
	if depth == 1 && e.Name.Local != "mujoco" {
		return fmt.Errorf("the root element is <%s>, must be <mujoco>: only MJCF is read", shorten(e.Name.Local))
	}
	if err := checkText("the name of an element", e.Name.Local); err != nil {
		return err
	}
	for _, a := range e.Attr {
		if err := c.attribute(e.Name.Local, a.Name.Local, a.Value); err != nil {
			return err
		}
	}
	if err := c.size(e); err != nil {
		return err
	}
	if e.Name.Local == "include" {
		return c.include(attribute(e, "file"), depth)
	}
	return nil
}

// attribute checks what can be told from one attribute alone.
func (c *checker) attribute(element, name, value string) error {
	if err := checkText("the name of an attribute", name); err != nil {
		return err
	}
	if strings.HasPrefix(name, "file") && value != "" && c.files != nil {
		if err := c.file(element, name, value); err != nil {
			return err
		}
	}
	if strings.HasSuffix(name, "dir") && c.files != nil && value != "" && element == "compiler" {
		return fmt.Errorf("%s %q: the files given with a model are in no directory", name, value)
	}
	if element == "text" && name == "data" {
		return nil
	}
	return checkValue(name, value)
}

// checkValue checks numbers, or the length of a text.
func checkValue(name, value string) error {
	numbers, bad := parseNumbers(value)
	if most, limited := mostOf[name]; limited {
		if bad != "" || len(numbers) != 1 || math.Abs(numbers[0]) > most {
			return fmt.Errorf("%s %q must be a number up to %.0f", name, shorten(value), most)
		}
	}
	for _, number := range numbers {
		if name != "name" && (math.IsNaN(number) || math.IsInf(number, 0)) {
			return fmt.Errorf("%s has a number that is not finite", name)
		}
	}
	if bad != "" {
		return checkText(name, value)
	}
	return nil
}

// file checks a file that an attribute names. MuJoCo would look for it on the disk if it is not given.
func (c *checker) file(element, name, value string) error {
	content, ok := c.files[value]
	if !ok {
		return fmt.Errorf("%s %q is not among the files given with the model", name, shorten(value))
	}
	size, err := checkAsset(element, value, content)
	if err != nil {
		return fmt.Errorf("%s %q: %w", name, value, err)
	}
	c.bytes += size
	return nil
}

// size adds up what the element makes MuJoCo allocate.
func (c *checker) size(e xml.StartElement) error {
	switch e.Name.Local {
	case "texture":
		height := number(e, "height")
		if attribute(e, "type") != "2d" { // a cube has six sides
			height = max(height, 6*number(e, "width"))
		}
		c.bytes += 3 * number(e, "width") * height
	case "hfield":
		c.bytes += 4 * number(e, "nrow") * number(e, "ncol")
	case "composite":
		if number(e, "count") > mostReplicates {
			return fmt.Errorf("a composite of more than %d elements", mostReplicates)
		}
	case "mesh", "skin":
		return checkFaces(e)
	}
	if c.bytes > mostBytes {
		return fmt.Errorf("textures and height fields of more than %d bytes", mostBytes)
	}
	return nil
}

// include checks an included file. MuJoCo, too, refuses to include a file twice.
func (c *checker) include(name string, depth int) error {
	if name == "" {
		return fmt.Errorf("an include without a file")
	}
	if c.included[name] {
		return fmt.Errorf("file %q is included already", name)
	}
	c.included[name] = true
	if c.files != nil {
		return c.check(name, c.files[name], depth)
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(c.directory, name)
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("no file to include: %w", err)
	}
	return c.check(name, source, depth)
}

// checkFaces returns an error if a face of a mesh written in the model has a vertex that is not there.
func checkFaces(e xml.StartElement) error {
	vertices, _ := parseNumbers(attribute(e, "vertex"))
	faces, _ := parseNumbers(attribute(e, "face"))
	for _, vertex := range faces {
		if vertex < 0 || vertex >= float64(len(vertices)/3) {
			return fmt.Errorf("a face has vertex %g of a mesh with %d vertices", vertex, len(vertices)/3)
		}
	}
	return nil
}

// checkText returns an error if text is longer than MuJoCo's buffers for messages can bear.
func checkText(what, text string) error {
	if len(text) > longestText {
		return fmt.Errorf("%s is longer than %d bytes: %s", what, longestText, shorten(text))
	}
	return nil
}

// shorten keeps the beginning of a text.
func shorten(text string) string {
	if len(text) > 40 {
		return strings.ToValidUTF8(text[:40], "") + " ..."
	}
	return text
}

// attribute is the value of an attribute, or "" if there is none.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// number is the product of the numbers in an attribute, without signs; 0 if there are none.
func number(e xml.StartElement, name string) float64 {
	numbers, _ := parseNumbers(attribute(e, name))
	if len(numbers) == 0 {
		return 0
	}
	product := 1.0
	for _, n := range numbers {
		product *= max(1, math.Abs(n))
	}
	return product
}

// parseNumbers reads numbers up to the first word that is none, which it returns as bad.
func parseNumbers(text string) (numbers []float64, bad string) {
	for word := range strings.FieldsSeq(text) {
		n, err := strconv.ParseFloat(word, 64)
		if err != nil && !math.IsInf(n, 0) {
			return numbers, word
		}
		numbers = append(numbers, n)
	}
	return numbers, ""
}
