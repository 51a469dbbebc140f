//go:build cgo

package mujoco

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// repeated is text as often as it takes to be too much.
func repeated(text string) string { return strings.Repeat(text, 300) }

// words is a binary file of 32-bit numbers: integers and float32.
func words(numbers ...any) []byte {
	var file []byte
	for _, number := range numbers {
		file, _ = binary.Append(file, binary.LittleEndian, number)
	}
	return file
}

const tetrahedron = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\n"

// TestHarmfulModels holds models that crash MuJoCo, exhaust the memory or read the disk. Each must be
// refused at the place of the element.
func TestHarmfulModels(t *testing.T) {
	files := map[string][]byte{
		"loop.xml": []byte(`<mujoco><include file="loop.xml"/></mujoco>`),
		"a.obj":    []byte(tetrahedron + "f 1 2 99999999\n"),
		"b.obj":    []byte(tetrahedron + "f 1 2 -99999\n"),
		"a.msh":    words(int32(3), int32(0), int32(0), int32(1), make([]float32, 9), [3]int32{0, 1, 99999999}),
		"b.msh":    words(int32(4), int32(0), int32(0), int32(0x55555556), make([]float32, 14)),
		"c.msh":    words(int32(4), int32(0), int32(0), int32(0), float32(math.NaN()), make([]float32, 11)),
		"a.skn":    words(int32(0x40000000), int32(0), int32(0x40000000), int32(0x7fffffff), make([]byte, 100)),
		"hf.bin":   words(int32(65536), int32(65536)),
		"a.png":    []byte("\x89PNG\r\n\x1a\n"),
		"a.stl":    words(make([]byte, 80), int32(2), make([]byte, 50)),
	}
	for element, word := range map[string]string{
		`<include file="/etc/passwd"/>`:                                                        "not among",
		`<include file="../../etc/passwd"/>`:                                                   "not among",
		`<include file="loop.xml"/>`:                                                           "included already",
		`</mujoco><robot/><mujoco>`:                                                            "only MJCF",
		`<include/>`:                                                                           "without a file",
		`<compiler meshdir="/etc"/>`:                                                           "in no directory",
		`<asset><mesh file="../../etc/passwd"/></asset>`:                                       "not among",
		`<asset><hfield name="a" file="/etc/passwd" size="1 1 1 1"/></asset>`:                  "not among",
		`<asset><texture type="cube" fileup="/etc/passwd"/></asset>`:                           "not among",
		`<asset><texture builtin="flat" width="60000" height="60000"/></asset>`:                "bytes",
		`<asset><hfield name="a" nrow="65536" ncol="65536" size="1 1 1 1"/></asset>`:           "bytes",
		`<asset><mesh vertex="0 0 0 1 0 0 0 1 0 0 0 1" face="0 1 999999"/></asset>`:            "vertex 999999",
		`<asset><mesh file="a.obj"/></asset>`:                                                  "99999999",
		`<asset><mesh file="b.obj"/></asset>`:                                                  "-99999",
		`<asset><mesh file="a.msh"/></asset>`:                                                  "vertex 99999999",
		`<asset><mesh file="b.msh"/></asset>`:                                                  "header",
		`<asset><mesh file="c.msh"/></asset>`:                                                  "finite",
		`<asset><mesh file="a.stl"/></asset>`:                                                  "header",
		`<asset><skin file="a.skn"/></asset>`:                                                  "header",
		`<asset><hfield name="a" file="hf.bin" size="1 1 1 1"/></asset>`:                       "header",
		`<asset><texture type="2d" file="a.png"/></asset>`:                                     "EOF",
		`<size nuser_body="2000000000"/>`:                                                      "up to 100",
		`<size nuser_body="-2000000000"/>`:                                                     "up to 100",
		`<size nstack="2000000000"/>`:                                                          "up to",
		`<size njmax="2000000000"/>`:                                                           "up to",
		`<size nkey="2e9x"/>`:                                                                  "up to",
		`<worldbody><geom size="nan"/></worldbody>`:                                            "finite",
		`<worldbody><geom size="1e999"/></worldbody>`:                                          "finite",
		`<worldbody><geom name="` + repeated("a") + `"/></worldbody>`:                          "longer",
		`<worldbody><geom ` + repeated("a") + `="1"/></worldbody>`:                             "longer",
		`<` + repeated("a") + `/>`:                                                             "longer",
		repeated("<body>") + repeated("</body>"):                                               "deep",
		`<worldbody><body><composite type="grid" count="100000 100000 1"/></body></worldbody>`: "composite",
		`<!DOCTYPE a "> <include file='b'/> <b ">`:                                             "directives",
	} {
		_, err := Compile("<mujoco>\n"+element+"\n</mujoco>", files)
		var compile *CompileError
		if !errors.As(err, &compile) || !strings.Contains(err.Error(), word) || compile.Line == 0 || compile.Column == 0 {
			t.Errorf("%.60s: %v, want a place and %q", element, err, word)
		}
	}
}

// TestFilesOfAllKinds compiles what the checks must let pass.
func TestFilesOfAllKinds(t *testing.T) {
	files := map[string][]byte{
		"part/a.xml": []byte(`<mujoco><worldbody><geom type="mesh" mesh="a"/></worldbody></mujoco>`),
		"a.obj":      []byte(tetrahedron + "f -3/ -2 -1\n"),
		"hf.bin":     words(int32(2), int32(3), make([]float32, 6)),
		"a.bin":      words(int32(2), int32(3), make([]byte, 18)),
	}
	m, err := Compile(`<?xml version="1.0" encoding="us-ascii"?><mujoco><include file="part/a.xml"/><asset>
		<mesh name="a" file="a.obj"/><hfield name="hf" file="hf.bin" size="1 1 1 1"/><texture type="2d" file="a.bin" name="t"/>
		</asset><custom><text name="a" data="`+repeated("a")+`"/></custom></mujoco>`, files)
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
}

// TestLoadChecksIncludedFiles shows that a file on the disk is no way around the limits.
func TestLoadChecksIncludedFiles(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "main.xml")
	for name, text := range map[string]string{
		"main.xml": `<mujoco><include file="part.xml"/></mujoco>`,
		"part.xml": "<mujoco>\n<size nuser_body='2000000000'/></mujoco>",
	} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "part.xml, line 2, column 1") {
		t.Errorf("a harmful included file: %v", err)
	}
}

// controlModels are models of package control, with what they include.
func controlModels(t testing.TB, names ...string) (models []string, files map[string][]byte) {
	t.Helper()
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join("..", "control", name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, name := range names {
		models = append(models, string(read(name+".xml")))
	}
	return models, map[string][]byte{"common.xml": read("common.xml")}
}

// TestTruncatedModels cuts models off after every byte.
func TestTruncatedModels(t *testing.T) {
	models, files := controlModels(t, "cartpole", "reacher")
	for _, xml := range models {
		whole := len(strings.TrimSpace(xml))
		for end := 1; end < whole; end++ {
			_, err := Compile(xml[:end], files)
			var compile *CompileError
			if !errors.As(err, &compile) {
				t.Fatalf("cut off after %d bytes: %v", end, err)
			}
			if strings.TrimSpace(xml[:end]) != "" && compile.Line == 0 && strings.Contains(xml[:end], "<mujoco") {
				t.Fatalf("cut off after %d bytes: %v, want a place", end, err)
			}
		}
	}
}

// TestMutatedAttributes gives every attribute of models, in turn, values that it should not have.
func TestMutatedAttributes(t *testing.T) {
	values := []string{"", "-1", "0", "1e300", "2000000000", "a", "nan", "1 2 3 4 5 6 7 8 9 10 11 12"}
	models, files := controlModels(t, "cartpole")
	for _, xml := range append(models, strings.Replace(bouncing, "INTEGRATOR", "Euler", 1)) {
		for _, place := range regexp.MustCompile(`"[^"]*"`).FindAllStringIndex(xml, -1) {
			for _, value := range values {
				simulate(xml[:place[0]+1]+value+xml[place[1]-1:], files)
			}
		}
	}
}

// simulate compiles a model and, if it has nothing against that, runs it for a moment. What becomes of
// it is of no interest as long as the process lives on.
func simulate(xml string, files map[string][]byte) {
	m, err := Compile(xml, files)
	if err != nil {
		return
	}
	defer m.Close()
	d, err := NewData(m)
	if err != nil {
		return
	}
	defer d.Close()
	_ = d.Step(make([]float64, m.NU), 2)
}

// FuzzCompile demands that no model ends the process, nor one that simulates for a moment.
func FuzzCompile(f *testing.F) {
	models, files := controlModels(f, "cartpole", "reacher", "fish", "arm")
	for _, xml := range models {
		f.Add(xml, []byte(tetrahedron))
	}
	f.Add(strings.Replace(bouncing, "INTEGRATOR", "RK4", 1), []byte(tetrahedron))
	for _, name := range []string{"asset.obj", "asset.msh", "asset.stl"} {
		f.Add(fmt.Sprintf(`<mujoco><asset><mesh name="a" file="%s"/></asset><worldbody><geom type="mesh" mesh="a"/></worldbody></mujoco>`, name), []byte(tetrahedron))
	}
	f.Fuzz(func(t *testing.T, xml string, asset []byte) {
		given := map[string][]byte{"common.xml": files["common.xml"]}
		if len(asset) > 0 {
			for _, extension := range []string{"obj", "msh", "stl", "skn", "png", "bin"} {
				given["asset."+extension] = asset
			}
		}
		watchdog := time.AfterFunc(10*time.Second, func() { panic("no end after ten seconds") })
		defer watchdog.Stop()
		simulate(xml, given)
	})
}
