package aggregate

import (
	"cmp"
	"slices"
)

// Dominates tells whether a is at least as good as b in every objective and better in one. More is better.
func Dominates(a, b []float64) bool {
	better := false
	for k := range a {
		if a[k] < b[k] {
			return false
		}
		better = better || a[k] > b[k]
	}
	return better
}

// Fronts sorts points by non-domination (Deb et al., 2002, "A fast and elitist multiobjective genetic algorithm:
// NSGA-II"): the first front is the places in points of those that no other dominates, each further one of those that
// only points of earlier fronts do.
func Fronts(points [][]float64) [][]int {
	left := make([]int, len(points))
	for i := range left {
		left[i] = i
	}
	var fronts [][]int
	for len(left) > 0 {
		var front, rest []int
		for _, i := range left {
			if slices.ContainsFunc(left, func(j int) bool { return Dominates(points[j], points[i]) }) {
				rest = append(rest, i)
			} else {
				front = append(front, i)
			}
		}
		fronts, left = append(fronts, front), rest
	}
	return fronts
}

// Hypervolume is the volume of what is dominated by points and better than a reference in every objective (Zitzler and
// Thiele, 1998, the S metric): larger the nearer the points are to the best front and the better they cover it. It is
// exact, by slices along the last objective, which takes more and more time with more objectives than three or four.
func Hypervolume(points [][]float64, reference []float64) float64 {
	last := len(reference) - 1
	above := slices.DeleteFunc(slices.Clone(points), func(p []float64) bool { return !(p[last] > reference[last]) })
	slices.SortFunc(above, func(a, b []float64) int { return cmp.Compare(b[last], a[last]) })
	volume := 0.0
	for i, point := range above {
		if last == 0 {
			return point[0] - reference[0]
		}
		floor := reference[last]
		if i+1 < len(above) {
			floor = above[i+1][last]
		}
		if height := point[last] - floor; height > 0 {
			volume += height * Hypervolume(shorter(above[:i+1]), reference[:last])
		}
	}
	return volume
}

// shorter is points without their last objective.
func shorter(points [][]float64) [][]float64 {
	cut := make([][]float64, len(points))
	for i, point := range points {
		cut[i] = point[:len(point)-1]
	}
	return cut
}
