package grad

import "sync/atomic"

// Snapshot is a copy of parameters at one moment. Nobody changes it, so any number of goroutines may
// read it while the parameters themselves go on being learned.
type Snapshot struct {
	Version    int64 // as it was published, such as the number of updates
	Parameters Tree
}

// Snapshots hands snapshots from one learner to any number of readers, who neither wait for it nor make
// it wait. The zero value holds none.
type Snapshots struct{ latest atomic.Pointer[Snapshot] }

// Publish copies tree and makes the copy the latest snapshot. It is for the goroutine that runs the
// programs which set the parameters, between runs. Each call allocates one copy, which is garbage once
// the last reader has let go of it.
func (s *Snapshots) Publish(version int64, tree Tree) {
	copied := tree.Like()
	for i, named := range tree {
		copy(copied[i].Data, named.Data)
	}
	s.latest.Store(&Snapshot{version, copied})
}

// Latest returns the snapshot that was published last, or nil before the first. A reader takes it over
// with Tree.CopyFrom into the parameters of its own program.
func (s *Snapshots) Latest() *Snapshot { return s.latest.Load() }
