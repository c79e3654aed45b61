// Package buynow serves the events of Amazon Pay's "Buy Now" checkout, whose page asks the shop for
// totals while the buyer chooses, and finalizes the payment.
package buynow
