package grad

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// originDepth is how many callers are remembered for each value.
const originDepth = 12

// callers remembers who is tracing, cheaply; describe makes it readable.
func callers() (origin [originDepth]uintptr) {
	runtime.Callers(3, origin[:])
	return origin
}

// describe names the traced line and the lines that led to it, outside this package.
func describe(origin [originDepth]uintptr) string {
	var lines []string
	frames := runtime.CallersFrames(origin[:])
	for {
		frame, more := frames.Next()
		ours := strings.Contains(frame.Function, "/reverie/grad.") && !strings.HasSuffix(frame.File, "_test.go")
		if frame.File != "" && !ours && len(lines) < 3 {
			directory, file := filepath.Split(frame.File)
			lines = append(lines, fmt.Sprintf("%s/%s:%d", filepath.Base(directory), file, frame.Line))
		}
		if !more {
			return strings.Join(lines, ", called from ")
		}
	}
}
