// Package remote runs environments in another process: a client and a server of dm_env_rpc
// version 1, a protocol over gRPC that other programs speak too.
//
// Server offers the tasks of a catalogue. A client creates a world with the settings "task" and,
// optionally, "seed", joins it, and then steps it; a world has one client at a time and ends with
// the stream that created it. Task makes a task of a server, ours or another, look like any other:
//
//	task, err := remote.Task("rpc://127.0.0.1:7420/control/walker-walk", remote.Timeout)
//
// Two rules of the protocol are for worlds of many agents and are kept in a simple form, since a world
// here has one: reset_world tells a joined client of another stream at its next step, as it should, but
// does not wait for that; and actions that are not sent are those of the step before.
//
// Nothing of what a peer sends is trusted: messages are limited in size, encoded and in memory,
// before memory is taken for them, and a peer that falls silent is given up after a time. There is
// no encryption and no password: a server is for one machine or a network whose users trust each
// other.
package remote
