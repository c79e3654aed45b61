package buynow

//go:generate go run ../../internal/redactgen
