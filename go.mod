module github.com/reverie-rl/reverie

go 1.25
