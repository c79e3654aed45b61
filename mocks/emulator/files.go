package emulator

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// fileTypes are the types of files and their content types.
var fileTypes = map[string]string{
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
	Scope   scope
	Kind    string
	Content []byte // nil until it is uploaded
}

var uploadFileMembers = members{
	"type": oneOf(slices.Sorted(maps.Keys(fileTypes))...).needed(), "purpose": oneOf("disputeEvidence").needed(),
}

func (s *Server) uploadFile(c *call) (int, object, *refusal) {
	made := &file{
		ID:    newID(s.world.files, func() string { return "file_" + strings.ReplaceAll(newUUID(), "-", "") }),
		Scope: c.scope,
		Kind:  c.body.text("type"),
	}
	s.world.files[made.ID] = made
	return http.StatusOK, object{
		"id":                     made.ID,
		"type":                   made.Kind,
		"purpose":                c.body.text("purpose"),
		"size":                   0,
		"uploadTimestamp":        stamp(c.now),
		"url":                    s.presign(c, files, made.ID, urlTime),
		"urlExpirationTimestamp": stamp(c.now.Add(urlTime)),
	}, nil
}

// File returns the content of a file that was uploaded, and whether it was.
func (s *Server) File(id string) (content []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.world.files[id]
	if found == nil || found.Content == nil {
		return nil, false
	}
	return bytes.Clone(found.Content), true
}
