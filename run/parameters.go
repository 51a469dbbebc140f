package run

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/safetensors"
)

// parametersFile is the payload of a checkpoint that holds all parts of the learner.
const parametersFile = "learner.safetensors"

// wholeTree is all parts of a learner in one tree, each under its name.
func wholeTree(parts []agent.Part) grad.Tree {
	var tree grad.Tree
	for _, part := range parts {
		tree = append(tree, part.Tree.Under(part.Name)...)
	}
	return tree
}

// checkParameters returns an error that names a parameter that is not finite. Nothing could go on from it.
func checkParameters(tree grad.Tree) error {
	for _, named := range tree {
		for i, x := range named.Data {
			if x-x != 0 {
				return fmt.Errorf("element %d of %s is %v: no checkpoint is made of this; resume from the last one, with a lower learning rate for instance", i, named.Name, x)
			}
		}
	}
	return nil
}

func writeParameters(tree grad.Tree) func(io.Writer) error {
	return func(w io.Writer) error {
		tensors := make([]safetensors.Tensor, len(tree))
		for i, named := range tree {
			shape := append([]int{}, named.Shape...)
			tensors[i] = safetensors.Of(named.Name, named.Data, shape...)
		}
		return safetensors.Write(w, tensors, nil)
	}
}

// readParameters returns the parameters in a file that writeParameters wrote.
func readParameters(data []byte) (grad.Tree, error) {
	file, err := safetensors.Read(data)
	if err != nil {
		return nil, err
	}
	tree := make(grad.Tree, len(file.Tensors))
	for i, tensor := range file.Tensors {
		values, err := safetensors.Values[float32](file, tensor.Name, tensor.Shape...)
		if err != nil {
			return nil, err
		}
		parameter := grad.NewParameter(tensor.Shape...)
		copy(parameter.Data, values)
		tree[i] = grad.Named{Name: tensor.Name, Parameter: parameter}
	}
	return tree, nil
}

// transfer sets the named parts of a learner, or all parts if there are no names, from the parameters
// of another run. It changes nothing if a part does not fit.
func transfer(parts []agent.Part, source grad.Tree, names []string) error {
	wanted, err := chooseParts(parts, names)
	if err != nil {
		return err
	}
	var chosen grad.Tree
	for _, named := range source {
		if slices.ContainsFunc(wanted, func(p agent.Part) bool { return strings.HasPrefix(named.Name, p.Name+"/") }) {
			chosen = append(chosen, named)
		}
	}
	return wholeTree(wanted).CopyFrom(chosen)
}

// chooseParts returns the named parts, or all if there are no names.
func chooseParts(parts []agent.Part, names []string) ([]agent.Part, error) {
	var known []string
	var chosen []agent.Part
	for _, part := range parts {
		known = append(known, part.Name)
		if len(names) == 0 || slices.Contains(names, part.Name) {
			chosen = append(chosen, part)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the agent has no part %q; it has %s", name, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}
