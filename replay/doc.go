// Package replay remembers experience and draws batches from it.
//
// A Table holds the steps of one stream of episodes, oldest first. A row is an observation and
// what was done there; the final observation of an episode is a row of its own, without an action:
//
//	row        t           t+1          t+2          | t+3
//	holds      o_t         o_t+1        o_t+2        | o'_0          observations
//	           a_t         a_t+1        (none)       | a'_0          the action taken there
//	           r_t+1       r_t+2        (none)       | r'_1          the reward that followed
//	           d_t+1       d_t+2        (none)       | d'_1          the discount that followed
//	           step k      step k+1     step k+2     | step 0        position in the episode
//	                                    episode ends | next begins
//
// A terminated episode ends with discount 0. A truncated one ends with a discount above 0, and its
// value goes on from the final observation, which is stored for this purpose. A step can be sampled
// as soon as its next observation is known, also while its episode goes on. Nothing that is sampled
// crosses the border between two episodes.
//
// A Sampler draws from any number of tables as if they were one: one table for each environment
// that plays at the same time, or a table of earlier experience beside the present one.
//
// Tables and samplers are used by one goroutine at a time.
//
// An ItemTable holds items instead: spans of steps of many lengths, each with a priority. Selectors
// choose what is sampled and what leaves, Limits hold the ratio of samples to inserts, budgets bound
// the memory, and any number of clients use it at the same time. A Mixture draws fixed fractions
// from several tables. docs/replay.md has the formulas and the guarantees.
package replay
