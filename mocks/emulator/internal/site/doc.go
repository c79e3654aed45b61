// Package site is what browsers and other processes see of the emulator besides the API:
// checkout.js, the pages on which a buyer signs in, reviews and pays, the signed URLs of documents
// and files, the window that shows everything, and the control endpoints.
//
// A [Site] reaches the ledger only through the functions of its [Config], which hold the emulator's
// lock.
package site
