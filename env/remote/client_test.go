package remote

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
)

// task is a task of a server.
func task(t testing.TB, host, name string) env.Task {
	t.Helper()
	made, err := Task(Scheme+host+"/"+name, patience)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestConformance(t *testing.T) {
	host, server := serve(t, Limits{})
	for _, name := range []string{"classic/pendulum", "classic/lqr", "classic/catch", "test/pixels"} {
		t.Run(name, func(t *testing.T) { envtest.Run(t, task(t, host, name).New) })
	}
	t.Run("test/echo", func(t *testing.T) { envtest.Run(t, task(t, host, "test/echo").New, envtest.Deterministic()) })
	if !server.worlds.empty() {
		t.Error("worlds are left")
	}
}

// A remote environment is the local one: the specs, and every step bit for bit.
func TestSameAsLocal(t *testing.T) {
	host, _ := serve(t, Limits{})
	for _, name := range []string{"classic/pendulum", "classic/lqr", "classic/catch", "test/pixels"} {
		local, err := catalogue().Find(name)
		if err != nil {
			t.Fatal(err)
		}
		theirs, ours := openTask(t, local, 1<<63+1), openTask(t, task(t, host, name), 1<<63+1)
		if diff := cmp.Diff(theirs.Observations(), ours.Observations()) + cmp.Diff(theirs.Action(), ours.Action()); diff != "" {
			t.Errorf("%s: the specs differ:\n%s", name, diff)
		}
		random := rand.New(rand.NewPCG(1, 0))
		action := make([]float64, ours.Action().Size())
		for i := range 1100 {
			for j := range action {
				action[j] = random.NormFloat64()
			}
			got, err := ours.Step(action)
			want, _ := theirs.Step(action)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Fatalf("%s: step %d: %v\n%s", name, i, err, diff)
			}
		}
	}
}

// openTask makes an environment that the test closes.
func openTask(t testing.TB, task env.Task, seed uint64) env.Environment {
	t.Helper()
	e, err := task.New(seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func TestTaskNames(t *testing.T) {
	for _, name := range []string{"", "rpc://", "http://a:1/x", "rpc://a/x", "rpc://:1/x", "rpc://u@a:1/x", "rpc://a:1/x#y", "rpc://a:1/?%", "rpc://a:1/%zz"} {
		if _, err := Task(name, patience); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: error %v", name, err)
		}
	}
	target, err := parse("rpc://[::1]:1/control/walker-walk?level=3&rate=0.5&name=x&seed=&gone=")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	for name, tensor := range target.settings {
		values[name] = tensor.Values
	}
	want := map[string]any{"task": []string{"control/walker-walk"}, "level": []int64{3}, "rate": []float64{.5}, "name": []string{"x"}}
	if diff := cmp.Diff(want, values); diff != "" || target.host != "[::1]:1" || !target.left["seed"] {
		t.Errorf("%+v:\n%s", target, diff)
	}
}

func TestClientErrorsNameHostAndWorld(t *testing.T) {
	host, _ := serve(t, Limits{})
	_, err := task(t, host, "classic/pendulun").New(1)
	expectError(t, err, host, "create_world", "nearest: classic/pendulum")
	e := openTask(t, task(t, host, "classic/pendulum"), 1)
	if _, err := e.Reset(); err != nil {
		t.Fatal(err)
	}
	_, err = e.Step([]float64{math.NaN()})
	expectError(t, err, host, "classic/pendulum#1", "NaN")
}

func TestNobodyListens(t *testing.T) {
	listener := listen(t)
	host := listener.Addr().String()
	_ = listener.Close()
	_, err := task(t, host, "x").New(1)
	expectError(t, err, "connecting to "+host, "refused")
}

// A host that accepts and then says nothing is given up in time.
func TestSilentHost(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	defer listener.Close()
	silent, err := Task(Scheme+listener.Addr().String()+"/x", 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	_, err = silent.New(1)
	expectError(t, err, "does not answer for 50ms")
}

func expectError(t testing.TB, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("error %v does not contain %q", err, word)
		}
	}
}
