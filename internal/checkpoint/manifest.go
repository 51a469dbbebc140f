package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// format is the version of the manifest and of the folder's layout.
const format = 2

// manifest describes a generation.
type manifest struct {
	Format int             `json:"format"`
	Step   int64           `json:"step"` // environment steps of the run so far
	State  json.RawMessage `json:"state"`
	Files  []record        `json:"files"`
}

// record describes a file of a generation.
type record struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// sealed is the contents of the manifest file. The checksum is that of the bytes of Manifest.
type sealed struct {
	SHA256   string          `json:"sha256"`
	Manifest json.RawMessage `json:"manifest"`
}

// find returns the record of the file called name.
func (m manifest) find(name string) (record, bool) {
	i := slices.IndexFunc(m.Files, func(r record) bool { return r.Name == name })
	if i < 0 {
		return record{}, false
	}
	return m.Files[i], true
}

// writeManifest writes m into folder.
func writeManifest(folder string, m manifest) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	sum := sha256.Sum256(body)
	contents, err := json.Marshal(sealed{hex.EncodeToString(sum[:]), body})
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	_, err = writeFile(filepath.Join(folder, manifestName), func(w io.Writer) error {
		_, err := w.Write(contents)
		return err
	})
	return err
}

// readManifest reads and verifies the manifest in folder.
func readManifest(folder string) (m manifest, err error) {
	contents, err := os.ReadFile(filepath.Join(folder, manifestName))
	if err != nil {
		return m, err
	}
	var seal sealed
	if err := json.Unmarshal(contents, &seal); err != nil {
		return m, fmt.Errorf("%s is damaged: %w", manifestName, err)
	}
	if sum := sha256.Sum256(seal.Manifest); hex.EncodeToString(sum[:]) != seal.SHA256 {
		return m, fmt.Errorf("%s is damaged: its checksum is wrong", manifestName)
	}
	if err := json.Unmarshal(seal.Manifest, &m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestName, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("%s has format %d, this program reads format %d", manifestName, m.Format, format)
	}
	return m, nil
}

// writeFile creates the file at path with what write writes, and brings it to the disk.
func writeFile(path string, write func(io.Writer) error) (record, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return record{}, err
	}
	digest := &digest{sum: sha256.New()}
	err = write(io.MultiWriter(file, digest))
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return record{}, fmt.Errorf("%s: %w", path, err)
	}
	return digest.record(filepath.Base(path)), nil
}

// verify reads a file of folder from r to the end and tells whether it is what want says.
func verify(r io.Reader, want record) error {
	digest := &digest{sum: sha256.New()}
	if _, err := io.Copy(digest, r); err != nil {
		return fmt.Errorf("%s: %w", want.Name, err)
	}
	got := digest.record(want.Name)
	if got.Size != want.Size {
		return fmt.Errorf("%s is damaged: it has %d bytes, want %d", want.Name, got.Size, want.Size)
	}
	if got.SHA256 != want.SHA256 {
		return fmt.Errorf("%s is damaged: its checksum is wrong", want.Name)
	}
	return nil
}

// digest measures what is written to it.
type digest struct {
	sum  hash.Hash
	size int64
}

func (d *digest) Write(data []byte) (int, error) {
	d.size += int64(len(data))
	return d.sum.Write(data)
}

func (d *digest) record(name string) record {
	return record{Name: name, Size: d.size, SHA256: hex.EncodeToString(d.sum.Sum(nil))}
}

// checkName tells whether a payload can have the name: it stays inside its generation's folder.
func checkName(name string) error {
	if filepath.Base(name) != name || !filepath.IsLocal(name) || strings.HasPrefix(name, ".") || name == manifestName {
		return fmt.Errorf("payload name %q is not allowed", name)
	}
	return nil
}
