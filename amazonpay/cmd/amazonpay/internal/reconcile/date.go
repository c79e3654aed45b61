package reconcile

import (
	"errors"
	"strings"
	"time"
)

// DateOrder is the order of day and month in dates such as 03/04/2026.
type DateOrder string

// The orders. Without one, a date with slashes that has two readings is an error.
const (
	DateOrderDayFirst   DateOrder = "dmy"
	DateOrderMonthFirst DateOrder = "mdy"
)

// The forms of dates that have one reading. With points, the day is first everywhere.
var dateLayouts = []string{
	time.DateOnly, time.DateTime, "2006-01-02 15:04", time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05 -0700",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05-07:00", "2006/01/02", "2006/01/02 15:04:05", "2006/01/02 15:04",
	"20060102T150405Z", "20060102", "2.1.2006", "2.1.2006 15:04", "2.1.2006 15:04:05",
}

var errDate = errors.New("is not a date such as 2026-09-18 or 2026-09-18T12:00:00Z")

// parseDate reads a date of the ledger. Without an offset it is taken as UTC: the grace of
// [Options] is longer than any offset.
func parseDate(text string, order DateOrder) (time.Time, error) {
	text = strings.TrimFunc(text, isBlank)
	for _, layout := range dateLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	dayFirst, isDayFirst := parseSlashes(text, "2/1/2006")
	monthFirst, isMonthFirst := parseSlashes(text, "1/2/2006")
	switch {
	case !isDayFirst && order == DateOrderDayFirst, !isMonthFirst && order == DateOrderMonthFirst, !isDayFirst && !isMonthFirst:
		return time.Time{}, errDate
	case order == DateOrderDayFirst, order == "" && !isMonthFirst, dayFirst.Equal(monthFirst):
		return dayFirst, nil
	case order == DateOrderMonthFirst, !isDayFirst:
		return monthFirst, nil
	}
	return time.Time{}, &AmbiguousError{
		Value:   text,
		Reading: [2]string{dayFirst.Format(time.DateOnly), monthFirst.Format(time.DateOnly)},
		Flag:    [2]string{"--date-order=dmy", "--date-order=mdy"},
	}
}

func parseSlashes(text, layout string) (at time.Time, ok bool) {
	for _, clock := range []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM"} {
		if at, err := time.Parse(layout+clock, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
