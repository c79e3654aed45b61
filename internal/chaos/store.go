package main

import (
	"encoding/json"
	"errors"
	"os"
	"sync"

	"github.com/amazonpay-go/sdk/internal/chaos/once"
)

// record is what the shop stores about an order. A killed worker leaves nothing else.
type record struct {
	Works map[string]*once.Work `json:"works"`
}

// store is the shop's database: a file to which changes are appended, and the position of each
// order's last record.
type store struct {
	mu   sync.Mutex
	file *os.File
	end  int64
	at   map[uint64][2]int64 // offset and length
}

func openStore() (*store, error) {
	file, err := os.CreateTemp("", "chaos-*.jsonl")
	if err != nil {
		return nil, err
	}
	return &store{file: file, at: make(map[uint64][2]int64)}, nil
}

func (s *store) close() error { return errors.Join(s.file.Close(), os.Remove(s.file.Name())) }

func (s *store) save(order uint64, r record) error {
	line, err := json.Marshal(r) //nolint:musttag // The Example shows Work, and needs no tags.
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.file.WriteAt(append(line, '\n'), s.end); err != nil {
		return err
	}
	s.at[order] = [2]int64{s.end, int64(len(line))}
	s.end += int64(len(line)) + 1
	return nil
}

func (s *store) load(order uint64) (r record, err error) {
	s.mu.Lock()
	at, there := s.at[order]
	s.mu.Unlock()
	if there {
		line := make([]byte, at[1])
		if _, err := s.file.ReadAt(line, at[0]); err != nil {
			return r, err
		}
		err = json.Unmarshal(line, &r) //nolint:musttag // As in save.
	}
	if r.Works == nil {
		r.Works = make(map[string]*once.Work)
	}
	return r, err
}
