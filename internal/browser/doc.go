// Package browser has only tests. A buyer in headless Chromium goes through the emulator's pages,
// from the button on a small shop's page to the completed payment, and takes each way out.
//
//	make browser-test
package browser
