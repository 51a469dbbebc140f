package replay

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/reverie-rl/reverie/internal/rng"
)

// ItemConfig describes an ItemTable.
type ItemConfig struct {
	Layout  Layout   // Observation may be 0 if there are images
	Sampler Selector // chooses the items of a batch; Uniform if nil
	Remover Selector // chooses the item that leaves a full table; Oldest if nil
	Limits  Limits   // MinSize(1) if zero

	// Budgets; each is a bound that is never passed, 0 for none.
	MaxItems        int
	MaxSteps        int   // rows in memory, those with the final observations of episodes among them
	MaxBytes        int64 // of rows and items in memory
	MaxTimesSampled int   // an item leaves when it was sampled so often

	Context int    // steps of its episode that are kept before an item, for burn-in and stacked images
	Seed    uint64 // of all choices
}

// ItemTable holds items: spans of steps, each with a key, a priority and a count of its samples.
// Steps that items share are stored once. Unlike a Table, it may be used by any number of clients at
// the same time.
type ItemTable struct {
	config ItemConfig

	lock    sync.Mutex // guards all below
	limiter limiter
	memory  memory
	items   []item // by place
	places  map[uint64]int
	writers []*Writer

	number   uint64  // of the next insert or update
	draw     uint64  // of the next batch
	removals uint64  // choices of the remover so far
	priority float64 // the highest so far: that of items that come without one

	sampling, removing rng.Source // of the choice that is being made

	restored restored // the saved parts that were read

	readers int       // batches that are being copied
	copied  sync.Cond // one of them is done
}

// item is what the table knows of an item.
type item struct {
	key          uint64
	rank         Rank
	timesSampled int
	span         span
}

// automaticKeys is the first key that the table gives to items.
const automaticKeys = 1 << 63

// Streams of random numbers.
const (
	streamSample = 0x6974656D73 // "items"
	streamRemove = 0x72656D6F76 // "remov"
)

// NewItemTable returns an empty table, or an error that tells what is wrong with config.
func NewItemTable(config ItemConfig) (*ItemTable, error) {
	if config.Limits == (Limits{}) {
		config.Limits = MinSize(1)
	}
	if config.Sampler == nil {
		config.Sampler = Uniform()
	}
	if config.Remover == nil {
		config.Remover = Oldest()
	}
	if err := config.validate(); err != nil {
		return nil, err
	}
	t := &ItemTable{
		config:   config,
		limiter:  limiter{limits: config.Limits, maxTimesSampled: config.MaxTimesSampled},
		memory:   newMemory(config.Layout, config.MaxSteps, config.MaxBytes),
		places:   map[uint64]int{},
		priority: 1,
	}
	t.copied.L = &t.lock
	return t, nil
}

func (c ItemConfig) validate() error {
	if err := c.Layout.validate(); err != nil {
		return err
	}
	if c.MaxItems < 0 || c.MaxSteps < 0 || c.MaxBytes < 0 || c.MaxTimesSampled < 0 || c.Context < 0 {
		return fmt.Errorf("replay: MaxItems %d, MaxSteps %d, MaxBytes %d, MaxTimesSampled %d, Context %d: none may be negative",
			c.MaxItems, c.MaxSteps, c.MaxBytes, c.MaxTimesSampled, c.Context)
	}
	if err := c.Limits.Validate(); err != nil {
		return err
	}
	if c.MaxItems > 0 && c.MaxItems < c.Limits.MinSize {
		return fmt.Errorf("replay: MaxItems %d is below the limits' MinSize %d: nothing could ever be sampled", c.MaxItems, c.Limits.MinSize)
	}
	least := int64(2*c.Layout.RowBytes()) + int64(c.Limits.MinSize)*itemBytes
	if c.MaxBytes > 0 && c.MaxBytes < least || c.MaxSteps == 1 {
		return fmt.Errorf("replay: MaxSteps %d, MaxBytes %d: the limits' MinSize of %d items takes 2 rows and %d bytes at the least", c.MaxSteps, c.MaxBytes, c.Limits.MinSize, least)
	}
	return nil
}

// Layout returns the widths of the table's columns.
func (t *ItemTable) Layout() Layout { return t.config.Layout }

// Status is a look at a table.
type Status struct {
	Items, Steps           int   // steps are rows in memory
	Bytes                  int64 // of rows and items
	Counts                 Counts
	InsertWait, SampleWait time.Duration // that clients have spent, all together
	// Waiting is who waits now, how long and for what: the first of those that insert and the first of
	// those that sample, if there are any.
	Waiting []string
}

// Status returns how full the table is and how long clients have waited: whoever waits much has the
// other side to thank.
func (t *ItemTable) Status() Status {
	t.lock.Lock()
	defer t.lock.Unlock()
	return Status{
		Items: len(t.items), Steps: t.memory.rows, Bytes: t.bytes(), Counts: t.limiter.counts,
		InsertWait: t.limiter.waits[inserting], SampleWait: t.limiter.waits[sampling], Waiting: t.limiter.waiting(),
	}
}

// MaySample reports whether n items could be sampled without waiting.
func (t *ItemTable) MaySample(n int) bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.limiter.may(sampling, n)
}

// UpdatePriorities sets the priorities of the items with the given keys, and returns how many were
// there: items that have left are passed over. A priority that is negative or not finite is an
// error and changes nothing.
func (t *ItemTable) UpdatePriorities(keys []uint64, priorities []float64) (int, error) {
	if len(keys) != len(priorities) {
		return 0, fmt.Errorf("replay: %d keys with %d priorities", len(keys), len(priorities))
	}
	for i, priority := range priorities {
		if err := checkPriority(priority); err != nil {
			return 0, fmt.Errorf("replay: item %d: %w", keys[i], err)
		}
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	updated := 0
	for i, key := range keys {
		if t.assign(key, priorities[i]) {
			updated++
		}
	}
	return updated, nil
}

// Find returns the priority of the item with a key and how often it was sampled, if it is there.
func (t *ItemTable) Find(key uint64) (priority float64, timesSampled int, found bool) {
	t.lock.Lock()
	defer t.lock.Unlock()
	place, found := t.places[key]
	if !found {
		return 0, 0, false
	}
	return t.items[place].rank.Priority, t.items[place].timesSampled, true
}

// Delete removes the items with the given keys, and returns how many were there.
func (t *ItemTable) Delete(keys ...uint64) int {
	t.lock.Lock()
	defer t.lock.Unlock()
	deleted := 0
	for _, key := range keys {
		if place, found := t.places[key]; found {
			t.remove(place)
			deleted++
		}
	}
	return deleted
}

func checkPriority(priority float64) error {
	if !(priority >= 0) || math.IsInf(priority, 1) {
		return fmt.Errorf("priority is %v, want a number of 0 or above", priority)
	}
	return nil
}
