// Package dataset keeps episodes of experience as Parquet files, which any Parquet tool can read.
//
// An Episode is a sequence of rows as package replay has them: T steps, and the final observation.
// FromChunks makes episodes of the chunks of an experience log, Write stores them in a folder, Open reads
// such a folder, or one that another tool wrote with the same columns, and Fill and Import hand them to
// replay tables and logs. Measure says what is in them, and Dataset.Check whether it can be relied on.
//
// A folder holds files and their description, which is written last, so that its presence means that the
// dataset is complete:
//
//	episodes-00000.parquet   about 256 MB, whole episodes
//	episodes-00001.parquet
//	dataset.json             the schema, counts, and size and SHA-256 of each file
//
// A file has one row for each step, and one for the final observation of each episode. What belongs to an
// action is null there; all else is never null. A row group holds whole episodes. The columns, in this order:
//
//	episode_id         string         writer and number of the first row; the same in all rows of an episode
//	step               int64          position in the episode, 0 at its start
//	is_first           bool           the first row of the episode
//	is_last            bool           the final observation
//	is_terminal        bool           the final observation of an episode that the task ended
//	is_truncated       bool           the final observation of an episode that a time limit ended
//	observation.NAME   list of float  o_t, a column for each named observation; a float if its shape is []
//	action             list of float  a_t in canonical units, as the policy gave it; null in the last row
//	reward             float          r_t+1, which followed the action; null in the last row; a list if there are several
//	discount           float          d_t+1, which followed the action; null in the last row
//	log_probability    float          of the action under the policy that chose it; null in the last row
//	state              list of float  with which the policy chose a_t; only if it is recurrent
//	version            uint64         of the weights that chose the action; 0 in the last row
//	image              binary         the bytes of the image seen with o_t; only if there is one
//	physics            list of double the simulator's numbers at o_t; only if they were stored
//
// The last row of an episode that is neither terminal nor truncated was cut: its run ended, or what follows
// was lost. If the beginning was lost, step begins above 0.
//
// The metadata of a file has the stream.Schema as JSON under reverie.schema, and the version of this format
// under reverie.format.
package dataset
