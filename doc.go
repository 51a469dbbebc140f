// Package reverie is the root of a platform for learning to act. It holds no code: the packages
// below it are the index of the field, and ARCHITECTURE.md is their map.
package reverie
