package grad

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"github.com/reverie-rl/reverie/tensor"
)

// Parameter is an array that keeps its value from one run to the next: a weight, a moment of the
// optimiser, a dual variable. Programs read and set it; so may the caller between runs.
type Parameter struct {
	tensor.Tensor
	// Frozen keeps programs from setting it: Assign leaves it out, and Adam leaves it and its moments out. The
	// gradient still flows through it. It may be changed between runs.
	Frozen bool
}

// NewParameter returns a parameter of zeros.
func NewParameter(shape ...int) *Parameter { return &Parameter{Tensor: tensor.New(shape...)} }

// Filled sets every element of p to value and returns p.
func (p *Parameter) Filled(value float32) *Parameter {
	for i := range p.Data {
		p.Data[i] = value
	}
	return p
}

// Named is a parameter with its path in a tree, as in "torso/0/weight".
type Named struct {
	Name string
	*Parameter
}

// Tree is the list of the parameters of a network, or of any struct, in the order of its fields.
type Tree []Named

var parameterType = reflect.TypeFor[*Parameter]()

// TreeOf collects the parameters in value: a *Parameter, or a struct, pointer, slice or map-free
// nest of these. Names are the fields' names in lower case joined by slashes, and the indices of
// slices. Nil pointers are passed over.
func TreeOf(value any) Tree {
	var tree Tree
	tree.collect("", reflect.ValueOf(value))
	return tree
}

func (t *Tree) collect(path string, value reflect.Value) {
	switch {
	case !value.IsValid():
	case value.Type() == parameterType:
		if !value.IsNil() {
			*t = append(*t, Named{path, value.Interface().(*Parameter)})
		}
	case value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface:
		t.collect(path, value.Elem())
	case value.Kind() == reflect.Slice:
		for i := range value.Len() {
			t.collect(join(path, strconv.Itoa(i)), value.Index(i))
		}
	case value.Kind() == reflect.Struct:
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.IsExported() {
				t.collect(join(path, snake(field.Name)), value.Field(i))
			}
		}
	}
}

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "/" + name
}

// snake turns a Go field name into the form used in files: LayerNorm becomes layer_norm.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && !unicode.IsUpper(rune(name[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Size is the number of elements of all parameters together.
func (t Tree) Size() int {
	size := 0
	for _, named := range t {
		size += len(named.Data)
	}
	return size
}

// Under returns the tree with prefix and a slash before every name.
func (t Tree) Under(prefix string) Tree {
	under := make(Tree, len(t))
	for i, named := range t {
		under[i] = Named{join(prefix, named.Name), named.Parameter}
	}
	return under
}

// Like returns a tree of new parameters of zeros with the names and shapes of t.
func (t Tree) Like() Tree {
	like := make(Tree, len(t))
	for i, named := range t {
		like[i] = Named{named.Name, NewParameter(named.Shape...)}
	}
	return like
}

// CopyFrom sets every parameter of t to the value of source's parameter of the same name. It
// changes nothing and returns an error that lists the differences if names or shapes differ.
func (t Tree) CopyFrom(source Tree) error {
	if difference := t.Diff(source); difference != "" {
		return fmt.Errorf("grad: parameters do not fit:\n%s", difference)
	}
	values := map[string][]float32{}
	for _, named := range source {
		values[named.Name] = named.Data
	}
	for _, named := range t {
		copy(named.Data, values[named.Name])
	}
	return nil
}

// Diff lists, a line each, how the names and shapes of other differ from those of t. It is empty if
// they do not.
func (t Tree) Diff(other Tree) string {
	theirs := map[string]tensor.Shape{}
	for _, named := range other {
		theirs[named.Name] = named.Shape
	}
	var lines []string
	for _, named := range t {
		shape, ok := theirs[named.Name]
		delete(theirs, named.Name)
		switch {
		case !ok:
			lines = append(lines, fmt.Sprintf("  %s %v: missing", named.Name, named.Shape))
		case !shape.Equal(named.Shape):
			lines = append(lines, fmt.Sprintf("  %s: shape %v where %v is needed", named.Name, shape, named.Shape))
		}
	}
	for _, named := range other {
		if _, ok := theirs[named.Name]; ok {
			lines = append(lines, fmt.Sprintf("  %s %v: not wanted", named.Name, named.Shape))
		}
	}
	return strings.Join(lines, "\n")
}
