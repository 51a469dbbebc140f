package run

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/mpo"
)

// Runs of before there were several sources have one, or none, without brackets.
func TestSources(t *testing.T) {
	for text, want := range map[string]Sources{`"runs/a:policy"`: {"runs/a:policy"}, `""`: {}, `[]`: {}, `["a", "b:c,d"]`: {"a", "b:c,d"}} {
		var config Config
		if _, err := toml.Decode("from = "+text, &config); err != nil || !reflect.DeepEqual(config.From, want) {
			t.Errorf("%s is %#v, %v", text, config.From, err)
		}
	}
	var config Config
	_, err := toml.Decode("from = [3]", &config)
	expectError(t, err, "3 is no run", "RUN:part,part")
	config.From = Sources{"a:", ":policy", "a:b,"}
	expectError(t, config.Validate(), `from is "a:"`, `from is ":policy"`, `from is "a:b,"`)
}

func TestCheckApart(t *testing.T) {
	before := []Taken{{Part: "model/encoder", Run: "a"}}
	for part, fits := range map[string]bool{"policy": true, "model/decoder": true, "model/encode": true, "model": false, "model/encoder": false, "model/encoder/bias": false} {
		if err := checkApart(before, []Taken{{Part: part, Run: "b"}}); (err == nil) != fits {
			t.Errorf("%s beside model/encoder: %v", part, err)
		}
	}
	if checkApart(nil, []Taken{{Part: "policy"}, {Part: "policy"}}) == nil {
		t.Error("a part is taken twice from one run")
	}
}

// A copy follows what was taken of its part, except where it was taken itself.
func TestCopiesFollow(t *testing.T) {
	for _, test := range []struct {
		taken []Taken
		want  []float32 // of the copy, which is 11 and 12, of 1 and 2
	}{
		{nil, []float32{11, 12}},
		{[]Taken{{Part: "critic"}}, []float32{1, 2}},
		{[]Taken{{Part: "critic/b"}}, []float32{11, 2}},
		{[]Taken{{Part: "critic"}, {Part: "target_critic"}}, []float32{11, 12}},
		{[]Taken{{Part: "critic"}, {Part: "target_critic/a"}}, []float32{11, 2}},
		{[]Taken{{Part: "target_critic"}}, []float32{11, 12}},
	} {
		copied := treeOf(11, "a", "b")
		follow([]agent.Part{{Name: "critic", Tree: treeOf(1, "a", "b")}, {Name: "target_critic", Tree: copied, CopyOf: "critic"}}, test.taken)
		if got := []float32{copied[0].Data[0], copied[1].Data[0]}; !slices.Equal(got, test.want) {
			t.Errorf("after %v the copy is %v, want %v", test.taken, got, test.want)
		}
	}
}

// A mismatch lists parameters by name, no more than a dozen.
func TestDifferenceOf(t *testing.T) {
	ours, theirs := treeOf(1, "b", "a", "d"), treeOf(1, "c", "a", "b")
	theirs[1].Shape = []int{2}
	want := []string{"  a: shape [2] where [1 2] is needed", "  c [1 2]: missing here", "  d [1 2]: missing there"}
	if got := differenceOf(ours, theirs); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	many := treeOf(1, strings.Split("abcdefghijklmnopqrst", "")...)
	if got := differenceOf(many, nil); len(got) != mostLines+1 || got[mostLines] != "  and 8 more" {
		t.Errorf("got %q", got)
	}
}

// What does not fit is explained by the settings, and what would fit is named.
func TestMismatch(t *testing.T) {
	source := t.TempDir()
	if _, _, err := train(t, onLadder(10, nil), source, false); err != nil {
		t.Fatal(err)
	}
	e := onLadder(10, nil)
	e.Agent.(*mpo.Config).PolicyLayers = []int{5}
	e.Config.From = Sources{source + ":policy"}
	_, _, err := train(t, e, filepath.Join(t.TempDir(), "run"), false)
	expectError(t, err, "starting from "+source+":policy: ", "generation-",
		"  policy/torso/first/weight: shape [3 4] where [3 5] is needed\n", "  policy_layers is [5] here, [4] there\n", "--set", "--from "+source+":critic,target_critic,")
	if strings.Contains(err.Error(), "critic_layers") {
		t.Errorf("settings are named that do not differ: %v", err)
	}
}

// Two runs give a part each; what is missing, unknown or named twice is an error that says so.
func TestSeveralSources(t *testing.T) {
	folder := t.TempDir()
	a, b := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	for i, source := range []string{a, b} {
		e := onLadder(20, nil)
		e.Config.Seed = uint64(i + 7)
		if _, _, err := train(t, e, source, false); err != nil {
			t.Fatal(err)
		}
	}
	e := onLadder(5, nil) // ends before it learns
	e.Config.From = Sources{a + ":policy,critic", b + ":target_critic,duals"}
	if _, _, err := train(t, e, filepath.Join(folder, "c"), false); err != nil {
		t.Fatal(err)
	}
	hash := func(run, part string) string { return hashIn(t, filepath.Join(folder, run), part) }
	for _, pair := range [][3]string{{"policy", "a", "policy"}, {"critic", "a", "critic"}, {"target_critic", "b", "target_critic"}, {"duals", "b", "duals"}, {"target_policy", "a", "policy"}} {
		if hash("c", pair[0]) != hash(pair[1], pair[2]) {
			t.Errorf("%s is not %s of %s", pair[0], pair[2], pair[1])
		}
	}
	if hash("c", "critic_optimiser") == hash("a", "critic_optimiser") {
		t.Error("an optimiser was taken that nobody named")
	}
	e.Config.From = Sources{a + ":policy", b + ":policy/torso"}
	_, _, err := train(t, e, filepath.Join(folder, "d"), false)
	expectError(t, err, "policy is taken from "+a, "policy/torso from "+b, "once")
	e.Config.From = Sources{a + ":policy/brain"}
	_, _, err = train(t, e, filepath.Join(folder, "d"), false)
	expectError(t, err, `no part "policy/brain"`, "policy/torso, policy/mean")
	e.Config.From, e.Config.Freeze = Sources{}, []string{"brain"}
	_, _, err = train(t, e, filepath.Join(folder, "d"), false)
	expectError(t, err, "freezing", `no part "brain"`, "policy, critic, target_policy")
	if _, err := os.Stat(filepath.Join(folder, "d", configFile)); err == nil {
		t.Error("a run that could not begin left its settings")
	}
}

// hashIn is the hash of a part in the newest checkpoint of a run.
func hashIn(t *testing.T, folder, part string) string {
	t.Helper()
	r, err := Describe(folder)
	if err != nil {
		t.Fatal(err)
	}
	spec, found := specAt(r.Parts, part)
	if !found {
		t.Fatalf("%s has no %s", folder, part)
	}
	return spec.SHA256
}

// What is frozen can be changed when a run resumes, and both are on record.
func TestFreezeIsChangedOnResume(t *testing.T) {
	folder := t.TempDir()
	hashes := map[string]string{}
	for _, stage := range []struct {
		steps  int64
		frozen []string
	}{{20, []string{"policy/torso", "critic"}}, {40, []string{"critic"}}, {60, []string{}}} {
		e := onLadder(stage.steps, nil)
		e.Config.Freeze = stage.frozen
		if _, _, err := train(t, e, folder, stage.steps > 20); err != nil {
			t.Fatal(err)
		}
		stored, err := readProvenance(filepath.Join(folder, provenanceFile))
		if err != nil || !slices.Equal(stored.Frozen, stage.frozen) {
			t.Errorf("the record of what is frozen is %v, %v", stored.Frozen, err)
		}
		for _, part := range []string{"policy/torso", "critic"} {
			hash, stays := hashIn(t, folder, part), slices.Contains(stage.frozen, part)
			if before := hashes[part]; before != "" && (before == hash) != stays {
				t.Errorf("step %d: %s is the same: %v", stage.steps, part, !stays)
			}
			hashes[part] = hash
		}
	}
	changed, err := onLadder(20, nil), error(nil)
	changed.Config.Freeze = []string{"critic"}
	if _, err = onLadder(20, nil).Change(changed); err != nil {
		t.Errorf("freezing is refused: %v", err)
	}
}
