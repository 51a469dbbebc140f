// Kernelgen writes the assembly of package kernel: one file of instructions and one of Go
// declarations for each instruction set. Every kernel is described once, against the type target,
// and emitted for AVX2 and for AVX-512.
//
//	kernelgen DIRECTORY
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: kernelgen DIRECTORY")
	}
	if err := generate(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// generate writes the files of every target.
func generate(directory string) error {
	for _, t := range []*target{newTarget("avx2"), newTarget("avx512")} {
		t.elementwiseKernels()
		t.reductionKernels()
		t.randomKernels()
		t.rowKernels()
		t.adamKernel()
		t.productKernels()
		if err := t.write(directory); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// write allocates registers and prints the assembly and its declarations.
func (t *target) write(directory string) error {
	file, err := t.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	for _, function := range file.Functions() {
		pruneCopies(function)
	}
	config := printer.Config{Name: "tools/kernelgen", Pkg: "kernel"}
	assembly, err := printer.NewGoAsm(config).Print(file)
	if err != nil {
		return err
	}
	stubs, err := printer.NewStubs(config).Print(file)
	if err != nil {
		return err
	}
	name := filepath.Join(directory, fmt.Sprintf("kernels_%s_amd64", t.name))
	return errors.Join(
		os.WriteFile(name+".s", assembly, 0o644),
		os.WriteFile(name+".go", stubs, 0o644),
	)
}

// pruneCopies drops the copies of a register to itself that avo leaves between vectors.
func pruneCopies(function *ir.Function) {
	function.Nodes = slices.DeleteFunc(function.Nodes, func(node ir.Node) bool {
		i, ok := node.(*ir.Instruction)
		return ok && i.Opcode == "VMOVAPS" && i.Operands[0] == i.Operands[1]
	})
}
