package ledger

import (
	"strings"
	"time"
)

// FileTypes are the types of files and their content types.
var FileTypes = map[string]string{
	"csv":  "text/csv",
	"pdf":  "application/pdf",
	"xls":  "application/vnd.ms-excel",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"doc":  "application/msword",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"ods":  "application/vnd.oasis.opendocument.spreadsheet",
	"jpg":  "image/jpeg",
	"png":  "image/png",
}

type file struct {
	ID      string
	Scope   Scope
	Kind    string
	Content []byte // nil until it is uploaded
}

// UploadFile makes a file, and returns the URL for uploading its content.
func (l *Ledger) UploadFile(c *Call) (Code, Object, *Refusal) {
	made := &file{
		ID:    newID(l.Files, func() string { return "file_" + strings.ReplaceAll(NewUUID(), "-", "") }),
		Scope: c.Scope,
		Kind:  c.Body.Text("type"),
	}
	l.Files[made.ID] = made
	return codeOK, Object{
		"id":                     made.ID,
		"type":                   made.Kind,
		"purpose":                c.Body.Text("purpose"),
		"size":                   0,
		"uploadTimestamp":        stamp(c.Now),
		"url":                    c.Presign(GrantFile, made.ID, urlTime),
		"urlExpirationTimestamp": stamp(c.Now.Add(urlTime)),
	}, nil
}

// The purposes of a signed URL.
const (
	GrantDocument = "documents" // GET a report's document
	GrantFile     = "files"     // PUT a file's content
	GrantClaim    = "claims"    // GET as the merchant, who then claims the account

	urlTime = 30 * time.Second // that a URL of a document or a file is good for
)
