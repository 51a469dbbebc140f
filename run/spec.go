package run

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/tensor"
)

// partsFile is the payload of a checkpoint that holds the specs of the learner's parts.
const partsFile = "parts.json"

// Spec describes a part of a learner, or what is one level inside it, as model/encoder is in model.
type Spec struct {
	Name       string          `json:"name"`
	Size       int             `json:"size"`                 // numbers in all
	SHA256     string          `json:"sha256"`               // of the names, shapes and contents of its parameters
	Parameters []ParameterSpec `json:"parameters,omitempty"` // in the order of their names; of a part alone
	Inside     []Spec          `json:"inside,omitempty"`     // of a part alone
}

// ParameterSpec describes a parameter. Its name is the path in its part.
type ParameterSpec struct {
	Name   string `json:"name"`
	Shape  []int  `json:"shape"`
	SHA256 string `json:"sha256"` // of its numbers, as float32 with the lowest byte first
}

// parameterSpecs describes the parameters of tree.
func parameterSpecs(tree grad.Tree) []ParameterSpec {
	specs := make([]ParameterSpec, len(tree))
	for i, named := range tree {
		specs[i] = ParameterSpec{named.Name, append([]int{}, named.Shape...), hashOf(named.Data)}
	}
	return specs
}

// specOf describes those of the parameters that are at path or below it, by their paths from there on: a part and its
// copy have the same hash.
func specOf(path string, parameters []ParameterSpec) Spec {
	spec := Spec{Name: path}
	for _, p := range parameters {
		if inside, ok := below(p.Name, path); ok {
			spec.Size += tensor.Shape(p.Shape).Size()
			spec.Parameters = append(spec.Parameters, ParameterSpec{inside, p.Shape, p.SHA256})
		}
	}
	slices.SortFunc(spec.Parameters, func(a, b ParameterSpec) int { return strings.Compare(a.Name, b.Name) })
	hash := sha256.New()
	for _, p := range spec.Parameters {
		fmt.Fprintln(hash, p.Name, p.Shape, p.SHA256)
	}
	spec.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return spec
}

// below tells whether the path name is path or below it, and what follows.
func below(name, path string) (inside string, ok bool) {
	if name == path {
		return "", true
	}
	return strings.CutPrefix(name, path+"/")
}

func hashOf(numbers []float32) string {
	data := make([]byte, 4*len(numbers))
	_, _ = binary.Encode(data, binary.LittleEndian, numbers) // there is room for them
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// specsOf describes all parts in tree, with what is one level inside each, in their order there.
func specsOf(tree grad.Tree) []Spec {
	parameters := parameterSpecs(tree)
	var specs []Spec
	for _, part := range heads(tree, "") {
		spec := specOf(part, parameters)
		for _, path := range heads(tree, part+"/") {
			inside := specOf(path, parameters)
			inside.Parameters = nil
			spec.Inside = append(spec.Inside, inside)
		}
		specs = append(specs, spec)
	}
	return specs
}

// specAt describes what is at path, a part or anything inside one, if there is anything.
func specAt(specs []Spec, path string) (Spec, bool) {
	for _, part := range specs {
		if inside, ok := below(path, part.Name); ok && inside != "" {
			spec := specOf(inside, part.Parameters)
			spec.Name = path
			return spec, len(spec.Parameters) > 0
		} else if ok {
			return part, true
		}
	}
	return Spec{}, false
}

// heads lists the paths in tree that begin with prefix, up to the next slash behind it.
func heads(tree grad.Tree, prefix string) []string {
	var paths []string
	for _, named := range tree {
		if rest, ok := strings.CutPrefix(named.Name, prefix); ok {
			head, _, _ := strings.Cut(rest, "/")
			if !slices.Contains(paths, prefix+head) {
				paths = append(paths, prefix+head)
			}
		}
	}
	return paths
}

func writeSpecs(specs []Spec) func(io.Writer) error {
	return func(w io.Writer) error { return json.NewEncoder(w).Encode(specs) }
}

// specsIn returns the specs of the parts in a generation. Those that were saved before specs were are read from the
// parameters.
func specsIn(generation *checkpoint.Generation) ([]Spec, error) {
	if !slices.Contains(generation.Names(), partsFile) {
		tree, err := parametersIn(generation)
		return specsOf(tree), err
	}
	data, err := generation.Read(partsFile)
	if err != nil {
		return nil, err
	}
	var specs []Spec
	if err := json.Unmarshal(data, &specs); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", generation.Folder, partsFile, err)
	}
	return specs, nil
}
