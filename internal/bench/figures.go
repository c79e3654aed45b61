//go:build unix

package main

import (
	"fmt"
	"slices"
)

// ratios divides round by round.
func ratios(ours, theirs []float64) []float64 {
	rs := make([]float64, min(len(ours), len(theirs)))
	for i := range rs {
		rs[i] = ours[i] / theirs[i]
	}
	return rs
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// spread is the median and in brackets the least and the greatest.
func spread(values []float64, digits int) string {
	return fmt.Sprintf("%.*f [%.*f..%.*f]", digits, median(values), digits, slices.Min(values), digits, slices.Max(values))
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

// megabytes are those of a number of what the kernel calls kB, which is 1024 bytes.
func megabytes(kB float64) float64 { return kB * 1024 / 1e6 }
