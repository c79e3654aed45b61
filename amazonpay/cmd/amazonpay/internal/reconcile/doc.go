// Package reconcile compares a merchant's ledger with settlement reports, exact to the cent.
//
// The ledger is a CSV file as spreadsheets and shops write it. [Reconcile] reads both sides at the
// same time and keeps only what has no counterpart yet, and 16 bytes for each id that has found
// one. Amounts are integers from beginning to end.
//
// # How rows find each other
//
// Every row has an id, a signed amount and a currency. Rows of the ledger and of the reports with
// the same three agree, and are set aside, the earliest first. The rest is compared id by id, and
// becomes the findings of the [Result]. So the result does not depend on the order of the rows. If
// the id names an order or a charge permission, the rows that are left are compared by their sum,
// since an order can be captured in parts.
//
// # What is never guessed
//
// An amount such as 1.234, and a date such as 03/04/2026, has two readings. It is an error that
// names both, unless an option or the other rows of the same column decide. A column is recognised
// only if exactly one has a known name.
package reconcile
