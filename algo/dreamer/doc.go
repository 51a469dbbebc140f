// Package dreamer learns a policy in imagination.
package dreamer
