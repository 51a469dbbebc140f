module github.com/reverie-rl/reverie/internal/xcheck

go 1.26.0

require (
	github.com/reverie-rl/reverie v0.0.0
	golang.org/x/sys v0.49.0
)

replace github.com/reverie-rl/reverie => ../..
