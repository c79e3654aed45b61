// Package button signs and renders Amazon Pay buttons for a shop's pages.
package button
