package replay

// stack returns the number of images that each item has room for.
func (b Transitions) stack(layout Layout) int {
	if layout.Image == 0 || len(b.Discount) == 0 {
		return 1
	}
	return max(1, len(b.Image)/(len(b.Discount)*layout.Image))
}

// fill writes the steps of s as item k.
func (b Transitions) fill(m *memory, k int, s span, gamma float64) {
	block, i := m.at(s, s.context)
	copy(element(b.Observation, m.layout.Observation, k), element(block.Observation, m.layout.Observation, i))
	copy(element(b.Action, m.layout.Action, k), element(block.Action, m.layout.Action, i))
	b.LogProbability[k] = block.LogProbability[i]
	reward := element(b.Reward, rewards(len(b.Reward), len(b.Discount), m.layout), k)
	clear(reward)
	weight := 1.0 // gamma^j d_t+1 ... d_t+j
	for range s.steps {
		for j, r := range element(block.Reward, m.layout.Reward, i)[:len(reward)] {
			reward[j] += float32(weight * float64(r))
		}
		weight *= gamma * float64(block.Discount[i])
		if i++; i == m.blockRows {
			block, i = block.next, 0
		}
	}
	b.Discount[k] = float32(weight)
	copy(element(b.Next, m.layout.Observation, k), element(block.Observation, m.layout.Observation, i))
	if m.layout.Image > 0 {
		width := b.stack(m.layout) * m.layout.Image
		stackImages(m, element(b.Image, width, k), s, s.context)
		stackImages(m, element(b.NextImage, width, k), s, s.context+s.steps)
	}
}
