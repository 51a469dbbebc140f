//go:build cgo

package control

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/mujoco"
)

func TestAVariantIsTheTaskWithAnotherModel(t *testing.T) {
	heavy := Variant{Edit: func(mjcf string) (string, error) { return strings.Replace(mjcf, `mass="1"`, `mass="3"`, 1), nil }}
	for v, want := range map[*Variant]float64{{}: 1, &heavy: 3} {
		e, err := NewVariant("control/cartpole-swingup", 5, Config{}, *v)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if got := e.Data().Model().BodyMass[1]; got != want {
			t.Errorf("the cart has %g kg, want %g", got, want)
		}
		if got, want := reset(t, e).Observation, reset(t, open(t, "cartpole-swingup", 5)).Observation; !reflect.DeepEqual(got, want) {
			t.Errorf("it begins at %v, the task at %v", got, want)
		}
	}
}

func TestVariantsThatCannotBe(t *testing.T) {
	if _, err := NewVariant("control/cartpole-swingdown", 1, Config{}, Variant{}); err == nil || !strings.Contains(err.Error(), "swingup") {
		t.Error(err)
	}
	refused := errors.New("refused")
	if _, err := NewVariant("control/cartpole-swingup", 1, Config{}, Variant{Edit: func(string) (string, error) { return "", refused }}); !errors.Is(err, refused) {
		t.Error(err)
	}
	broken := new(mujoco.CompileError)
	if _, err := NewVariant("control/cartpole-swingup", 1, Config{}, Variant{Edit: func(string) (string, error) { return "<mujoco><body/></mujoco>", nil }}); !errors.As(err, &broken) {
		t.Error(err)
	}
}
