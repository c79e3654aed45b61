package emulator

import (
	"bytes"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/gob"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
	"github.com/amazonpay-go/sdk/signing"
)

// stateVersion is the version of the state file. Files with another version cannot be read.
const stateVersion = 3

// WithStateFile makes the emulator start in the state that the file holds, and write the file a
// second after each change and when it ends. Objects, idempotency keys, clock, keys, certificates
// and tokens survive a restart; faults and the log of requests do not. A missing file is created.
// The file's region overrides the default; a region of [WithRegion] that differs is an error. So is
// a number of [WithClients] that is less than the file's. The file holds private keys, though
// throw-away ones, and only its owner can read it.
func WithStateFile(path string) Option {
	return func(c *config) error {
		if path == "" {
			return errors.New("emulator: WithStateFile: the path is empty")
		}
		c.stateFile = path
		return nil
	}
}

// savedState is what the file holds.
type savedState struct {
	Version      int
	Region       string
	Ahead        time.Duration
	Keys         []string // PEM
	CA           []byte
	Certificate  []byte // DER
	CertKey      []byte // PKCS#8
	ControlToken string
	TokenSecret  []byte
	Clients      int

	Ledger ledger.State
	Stored map[wire.IdempotencyScope]wire.StoredAnswer
	Ignore map[string]bool
}

// save returns the state as the file has it.
func (s *Server) save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	certKey, err := x509.MarshalPKCS8PrivateKey(s.identity.certificate.PrivateKey)
	if err != nil {
		return nil, err
	}
	state := savedState{
		Version: stateVersion, Region: s.region.Name, Ahead: time.Duration(s.ahead.Load()),
		Keys: s.identity.keyPEM[:], CA: s.identity.caPEM, Certificate: s.identity.certificate.Certificate[0], CertKey: certKey,
		ControlToken: s.controlToken, TokenSecret: s.tokenSecret, Clients: s.clients,
		Ledger: s.world.Save(), Stored: s.answers.Stored, Ignore: s.answers.Ignore,
	}
	var b bytes.Buffer
	err = gob.NewEncoder(&b).Encode(state)
	return b.Bytes(), err
}

// writeState replaces the file at once, so that it is whole whenever the process ends.
func (s *Server) writeState() error {
	if s.stateFile == "" {
		return nil
	}
	content, err := s.save()
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(s.stateFile), filepath.Base(s.stateFile)+".*") // 0600
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), s.stateFile)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("emulator: %w", err), os.Remove(temporary.Name()))
	}
	return nil
}

// keepState writes the file after changes, until the emulator ends.
func (s *Server) keepState() {
	changes := s.changes.watch()
	for {
		select {
		case <-changes:
		case <-s.leaving:
			return
		}
		timer := time.NewTimer(time.Second) // for all that changes in it
		select {
		case <-timer.C:
		case <-s.leaving:
			timer.Stop()
			return
		}
		changes = s.changes.watch() // before the writing, so that none is missed
		_ = s.writeState()          // what ends the emulator says what went wrong
	}
}

// readState makes the server what it was when the file was written. A file that is not there is
// no error.
func (s *Server) readState() error {
	content, err := os.ReadFile(s.stateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var state savedState
	if err == nil {
		err = gob.NewDecoder(bytes.NewReader(content)).Decode(&state)
	}
	switch {
	case err != nil:
	case state.Version != stateVersion:
		err = fmt.Errorf("it has version %d, and this emulator reads version %d", state.Version, stateVersion)
	case s.regionGiven && state.Region != s.region.Name:
		err = fmt.Errorf("its region is %s, but WithRegion sets %s", state.Region, s.region.Name)
	case s.clients > 0 && s.clients < state.Clients:
		err = fmt.Errorf("it has %d clients, but WithClients sets %d", state.Clients, s.clients)
	default:
		err = s.restore(state)
	}
	if err != nil {
		return fmt.Errorf("emulator: reading the state file %s: %w", s.stateFile, err)
	}
	return nil
}

func (s *Server) restore(state savedState) error {
	found, known := ledger.RegionNamed(state.Region)
	certKey, err := x509.ParsePKCS8PrivateKey(state.CertKey)
	if err != nil || !known || len(state.Keys) != len(s.identity.keys) {
		return errors.New("damaged file")
	}
	if block, _ := pem.Decode(state.CA); block == nil {
		return errors.New("damaged file: no CA")
	}
	id := identity{caPEM: state.CA, certificate: tls.Certificate{Certificate: [][]byte{state.Certificate}, PrivateKey: certKey}}
	for i, text := range state.Keys {
		var key *rsa.PrivateKey
		if key, err = signing.ParsePrivateKey([]byte(text)); err != nil {
			return err
		}
		id.keys[i], id.keyPEM[i] = key, text
	}
	w, err := ledger.Restore(state.Ledger)
	if err != nil {
		return err
	}
	maps.Copy(s.answers.Stored, state.Stored)
	maps.Copy(s.answers.Ignore, state.Ignore)
	s.region, s.identity, s.world = found, id, w
	s.controlToken, s.tokenSecret, s.clients = state.ControlToken, state.TokenSecret, max(s.clients, state.Clients)
	s.ahead.Store(int64(state.Ahead))
	return nil
}
