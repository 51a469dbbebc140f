// Package torture holds the fault tests.
package torture
