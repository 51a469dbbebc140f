// Package stream is the log of experience: whatever was acknowledged is on the disk, in order, for
// resuming, for replay in later experiments, for datasets and for readers in other processes.
//
// A Log is a stream of NATS JetStream. By default the server runs inside the process, opens no port and
// keeps its files in a folder; an address uses an existing server or cluster instead, with the same code.
//
// A Writer cuts the rows of one environment (see package replay) into chunks and publishes them as they
// grow. A chunk is one message:
//
//	subject   NAME.WRITER
//	id        WRITER/SEQUENCE/NONCE, by which a message that is sent again is recognised
//	headers   the chunk's Header with the Schema as JSON, and a CRC-32C of that and of the columns
//	payload   the columns one after another, each packed by zstd where that makes it smaller
//
// The rows of a chunk are whole: each has its action and what followed, or is the final observation of
// an episode. If an episode goes on beyond a chunk, the chunk ends with the observation that the next
// one begins with, so that every step can be used as soon as its chunk is read.
//
// # Resuming
//
// A writer that resumes at an earlier Position lives the rows once more that the log has beyond it. As
// long as they are the same, nothing is written. From the first one that differs, because the
// environment could not be restored or a setting was changed, the writer begins a new epoch: its rows
// replace those of the same numbers, which stay in the log but are no longer part of the writer's history.
package stream
