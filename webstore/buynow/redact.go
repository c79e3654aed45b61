package buynow

//go:generate go run ../../internal/redactgen

// MemoryStore has no exported field, and Config holds functions: neither is printed with personal
// data.
