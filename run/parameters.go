package run

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/checkpoint"
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

// parametersIn returns all parameters that a generation holds.
func parametersIn(generation *checkpoint.Generation) (grad.Tree, error) {
	data, err := generation.Read(parametersFile)
	if err != nil {
		return nil, err
	}
	tree, err := readParameters(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", generation.Folder, err)
	}
	return tree, nil
}

// loadParameters sets all parts from a generation.
func loadParameters(generation *checkpoint.Generation, parts []agent.Part) error {
	source, err := parametersIn(generation)
	if err == nil {
		err = wholeTree(parts).CopyFrom(source)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", generation.Folder, err)
	}
	return nil
}

// under returns the parameters of tree that are at one of the paths or below it.
func under(tree grad.Tree, paths []string) grad.Tree {
	var chosen grad.Tree
	for _, named := range tree {
		if slices.ContainsFunc(paths, func(path string) bool { _, ok := below(named.Name, path); return ok }) {
			chosen = append(chosen, named)
		}
	}
	return chosen
}

// checkPaths returns an error that lists what there is if the agent has nothing at one of the paths.
func checkPaths(tree grad.Tree, paths []string) error {
	for _, path := range paths {
		if len(under(tree, []string{path})) > 0 {
			continue
		}
		known := heads(tree, "")
		if head, _, _ := strings.Cut(path, "/"); slices.Contains(known, head) {
			known = heads(tree, head+"/")
		}
		return fmt.Errorf("the agent has no part %q; it has %s", path, strings.Join(known, ", "))
	}
	return nil
}
