// Package download keeps the documents of reports in files.
//
// [Save] writes one file: a temporary one beside it first, which only its owner may read, then
// synced to the disk, then renamed. So a file of the given name is always whole, whatever happens
// in between. A file that exists is never replaced unasked.
//
// [Folder] keeps many, one for each report. Beside each document it writes a checksum, in the form
// that sha256sum -c reads. The next time, a document that still has its checksum is not downloaded
// again. One that changed since, or that another program wrote, is an error. The checksum is
// written before the document gets its name, so that a process that is killed leaves at most a
// checksum without a document, and a temporary file that the next process deletes.
//
// No part of a document is ever continued: the service does not say whether its URLs support it,
// and a new URL may have another document.
package download
