//go:build unix

package main

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// confidence is the confidence level of every interval that is printed.
const confidence = 0.95

// ratios divides round by round.
func ratios(ours, theirs []float64) []float64 {
	rs := make([]float64, min(len(ours), len(theirs)))
	for i := range rs {
		rs[i] = ours[i] / theirs[i]
	}
	return rs
}

// summary returns the median of values and its confidence interval, without an assumption about
// their distribution. The interval is infinite if there are fewer than six values.
func summary(values []float64) benchmath.Summary {
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds) // which it sorts
	return benchmath.AssumeNothing.Summary(sample, confidence)
}

func median(values []float64) float64 { return summary(values).Center }

// spread formats the median and its confidence interval, or "± ∞" if there are too few values for
// an interval, as benchstat does.
func spread(values []float64, digits int) string {
	s := summary(values)
	if math.IsInf(s.Hi, 0) || math.IsInf(s.Lo, 0) {
		return fmt.Sprintf("%.*f ± ∞", digits, s.Center)
	}
	return fmt.Sprintf("%.*f [%.*f..%.*f]", digits, s.Center, digits, s.Lo, digits, s.Hi)
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

// megabytes converts the kernel's kB, which are 1024 bytes.
func megabytes(kB float64) float64 { return kB * 1024 / 1e6 }
