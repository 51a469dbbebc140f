package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/reverie-rl/reverie/track"
)

// provenanceFile tells what of other runs a run has begun with.
const provenanceFile = "provenance.json"

// Provenance is what a run has of other runs.
type Provenance struct {
	Fraction float64   `json:"fraction,omitempty"` // of each batch that is their experience
	Earlier  []Earlier `json:"earlier,omitempty"`
	Parts    []Taken   `json:"parts,omitempty"`  // that it began with
	Frozen   []string  `json:"frozen,omitempty"` // parts, or paths inside, that it does not change
}

// Earlier is a run whose experience is used.
type Earlier struct {
	Run        string `json:"run"`  // its folder
	Last       uint64 `json:"last"` // the newest message of its log that was there then
	Task       string `json:"task"`
	Agent      string `json:"agent"`
	Rows       int    `json:"rows"`
	Relabelled bool   `json:"relabelled"` // the rewards were computed again for this run's task
}

// Taken is a part, or a path inside one, whose parameters come from another run.
type Taken struct {
	Part   string `json:"part"`
	Run    string `json:"run"`    // its folder
	Step   int64  `json:"step"`   // of the checkpoint
	SHA256 string `json:"sha256"` // of the part in it, as in its spec
}

// record changes what the run's folder tells of its provenance.
func (s *session) record(change func(p *Provenance)) error {
	path := filepath.Join(s.folder, provenanceFile)
	stored, err := readProvenance(path)
	if err != nil {
		return err
	}
	changed := stored
	if change(&changed); reflect.DeepEqual(stored, changed) {
		return nil
	}
	text, err := json.MarshalIndent(changed, "", "\t")
	if err != nil {
		return err
	}
	return track.WriteFile(path, append(text, '\n'))
}

// readProvenance reads the file at path, which need not be there.
func readProvenance(path string) (Provenance, error) {
	var stored Provenance
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return stored, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &stored)
	}
	if err != nil {
		return stored, fmt.Errorf("%s: %w", path, err)
	}
	return stored, nil
}
