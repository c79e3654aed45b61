package button

//go:generate go run ../../internal/redactgen

// Options print and log in full: they say how a button looks.
//
//log:full Options: ProductType Placement Color Language LedgerCurrency EstimatedOrderAmount Label
