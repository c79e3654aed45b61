package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
)

const fileVersion = 1

// File is what a run found out. It holds no ids and no personal data.
type File struct {
	Version int    `json:"version"`
	SDK     string `json:"sdk"`
	Region  string `json:"region"`
	Date    string `json:"date"`
	// Facts are the facts that the emulator takes as a setting: those that were decided, and have a
	// value that the emulator can have.
	Facts   map[string]string `json:"facts"`
	Results []Result          `json:"results"`
	Left    []Left            `json:"left,omitzero"`
}

// Left is something that the probes made and could not undo.
type Left struct {
	Object string `json:"object"` // such as <charge 1>, or 7 checkout sessions
	Why    string `json:"why"`
	// ID is the id of the object. It is no part of a file.
	ID string `json:"-"`
}

// facts are the decided facts that can be set.
func (f *File) facts() map[string]string {
	decided := make(map[string]string)
	for _, result := range f.Results {
		p, _ := find(result.Fact)
		if !p.Fixed && result.Observed != "" && p.knows(result.Observed) {
			decided[result.Fact] = result.Observed
		}
	}
	return decided
}

// Encode returns the file as JSON.
func (f *File) Encode() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // placeholders have angle brackets
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f); err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	return b.Bytes(), nil
}
