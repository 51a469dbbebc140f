// Package arm is the suite of tabletop manipulation: an arm with two fingers and coloured blocks to reach,
// lift, hover, stack, move and put in place, with the rewards of IVG (Byravan et al., CoRL 2019).
//
// A body says what an arm is: its model, what its actions do, what it feels. What is asked for is an
// objective, the same for all arms, with a shaped and a sparse reward. A task is a body, an objective,
// the block that it is about, and perhaps a variation.
package arm
