//go:build cgo

package control

import (
	"testing"

	"github.com/reverie-rl/reverie/env/envtest"
)

// TestConformance checks every task against the contract of package env.
func TestConformance(t *testing.T) {
	for _, task := range Tasks() {
		t.Run(task.Name, func(t *testing.T) { envtest.Run(t, task.New) })
	}
}
