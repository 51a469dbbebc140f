// Package pool plays many environments at once.
//
// A Pool steps all of them together and gives the same results for any number of workers; an Async
// lets each go at its own pace and hands them back in the order in which they finish. Both write
// what happened into a Batch: flat arrays with one row for each environment, reused at every step.
//
// What follows the end of an episode is a choice, an AutoReset. Under each of them Batch.Arrival
// gives the far end of a transition, and gives none that leads from one episode into the next.
package pool
