package run

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/safetensors"
)

// trapFile holds the inputs of the operation at which the run was ended.
const trapFile = "trap.safetensors"

// trap lets the learner's programs stop at the first number that is not finite.
func (s *session) trap() {
	for _, program := range s.learner.Programs() {
		program.Trap(func(trapped *grad.NotFiniteError) { s.trapped = trapped })
	}
}

// dumpTrapped writes the inputs of the operation to the run's folder, and returns trapped. No parameter
// has been set since the update before.
func dumpTrapped(folder string, trapped *grad.NotFiniteError) error {
	var tensors []safetensors.Tensor
	for i, input := range trapped.Inputs {
		tensors = append(tensors, safetensors.Of(fmt.Sprintf("input%d", i), input.Data, input.Shape...))
	}
	var file bytes.Buffer
	path := filepath.Join(folder, trapFile)
	err := safetensors.Write(&file, tensors, map[string]string{"operation": trapped.Operation, "origin": trapped.Origin})
	if err == nil {
		err = os.WriteFile(path, file.Bytes(), 0o644)
	}
	if err != nil {
		return fmt.Errorf("%w\n\tits inputs could not be stored: %w", trapped, err)
	}
	return fmt.Errorf("%w\n\tits inputs are in %s", trapped, path)
}
