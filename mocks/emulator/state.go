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

	"github.com/amazonpay-go/sdk/signing"
)

// stateVersion is that of the state file; another one cannot be read.
const stateVersion = 2

// WithStateFile has the emulator begin as it was when the file was last written, and write it again
// a second after each change and when it ends: objects, idempotency keys, clock, keys, certificates
// and tokens outlive a restart. Faults and the log of requests do not. A file that does not exist is
// made; its region wins over the default, and another one than that of [WithRegion] is an error. It holds private keys, though throw-away ones, and only its owner may read it.
func WithStateFile(path string) Option {
	return func(c *config) error {
		if path == "" {
			return errors.New("emulator: WithStateFile needs a path")
		}
		c.stateFile = path
		return nil
	}
}

// savedState is what the file holds. What links objects to each other is left out of them, and
// made anew.
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

	Sessions    map[string]*session
	Permissions map[string]*permission
	ChargeOrder []string
	Refunds     []savedRefund // in the order in which they were made
	Till        map[tillReference]tillAnswer
	Periods     map[scope]*period
	Settled     []*settlement
	Reports     []*report
	Schedules   []*schedule
	Disputes    []savedDispute
	Files       map[string]*file
	Accounts    map[string]*account
	Stored      map[idempotencyScope]storedAnswer
	Ignore      map[string]bool
	Endpoints   []string
	Deliveries  []*delivery
}

type savedRefund struct {
	Charge string
	Refund *refund
}

type savedDispute struct {
	Charge  string
	Dispute *dispute
}

// GobEncode writes an object as JSON: gob has no null.
func (o object) GobEncode() ([]byte, error) { return encode(o), nil }

// GobDecode reads what GobEncode wrote.
func (o *object) GobDecode(text []byte) error {
	decoded, err := decode(text)
	*o = decoded
	return err
}

// save returns the state as the file has it.
func (s *Server) save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	certKey, err := x509.MarshalPKCS8PrivateKey(s.identity.certificate.PrivateKey)
	if err != nil {
		return nil, err
	}
	w := s.world
	state := savedState{
		Version: stateVersion, Region: s.region.name, Ahead: time.Duration(s.ahead.Load()),
		Keys: s.identity.keyPEM[:], CA: s.identity.caPEM, Certificate: s.identity.certificate.Certificate[0], CertKey: certKey,
		ControlToken: s.controlToken, TokenSecret: s.tokenSecret,
		Sessions: w.sessions, Permissions: w.permissions, Till: w.till, Periods: w.periods, Settled: w.settled,
		Reports: w.reports, Schedules: w.schedules, Files: w.files, Accounts: w.accounts, Stored: s.stored, Ignore: s.ignore,
		Endpoints: w.endpoints, Deliveries: w.deliveries,
	}
	for _, ch := range w.madeCharges {
		state.ChargeOrder = append(state.ChargeOrder, ch.ID)
	}
	for _, r := range w.madeRefunds {
		state.Refunds = append(state.Refunds, savedRefund{r.charge.ID, r})
	}
	for _, d := range w.disputes {
		state.Disputes = append(state.Disputes, savedDispute{d.charge.ID, d})
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
		err = fmt.Errorf("it is of version %d, and this emulator reads version %d", state.Version, stateVersion)
	case s.regionGiven && state.Region != s.region.name:
		err = fmt.Errorf("it is of the region %s, and %s was asked for", state.Region, s.region.name)
	default:
		err = s.restore(state)
	}
	if err != nil {
		return fmt.Errorf("emulator: the state file %s cannot be read: %w", s.stateFile, err)
	}
	return nil
}

func (s *Server) restore(state savedState) error {
	found, known := regionNamed(state.Region)
	certKey, err := x509.ParsePKCS8PrivateKey(state.CertKey)
	if err != nil || !known || len(state.Keys) != len(s.identity.keys) {
		return errors.New("it is damaged")
	}
	if block, _ := pem.Decode(state.CA); block == nil {
		return errors.New("it has no CA")
	}
	id := identity{caPEM: state.CA, certificate: tls.Certificate{Certificate: [][]byte{state.Certificate}, PrivateKey: certKey}}
	for i, text := range state.Keys {
		var key *rsa.PrivateKey
		if key, err = signing.ParsePrivateKey([]byte(text)); err != nil {
			return err
		}
		id.keys[i], id.keyPEM[i] = key, text
	}
	w := newWorld()
	for id, p := range state.Permissions {
		w.permissions[id] = p
		for _, ch := range p.Charges {
			ch.permission = p
			w.charges[ch.ID] = ch
		}
	}
	for _, id := range state.ChargeOrder {
		if w.charges[id] == nil {
			return errors.New("it lacks a charge")
		}
		w.madeCharges = append(w.madeCharges, w.charges[id])
	}
	for _, saved := range state.Refunds {
		r := saved.Refund
		if r.charge = w.charges[saved.Charge]; r.charge == nil {
			return errors.New("it lacks the charge of a refund")
		}
		r.charge.refunds = append(r.charge.refunds, r)
		w.refunds[r.ID] = r
		w.madeRefunds = append(w.madeRefunds, r)
	}
	for _, saved := range state.Disputes {
		d := saved.Dispute
		if d.charge = w.charges[saved.Charge]; d.charge == nil {
			return errors.New("it lacks the charge of a dispute")
		}
		w.disputes[d.ID] = d
	}
	maps.Copy(w.sessions, state.Sessions)
	maps.Copy(w.till, state.Till)
	maps.Copy(w.periods, state.Periods)
	maps.Copy(w.files, state.Files)
	maps.Copy(w.accounts, state.Accounts)
	maps.Copy(s.stored, state.Stored)
	maps.Copy(s.ignore, state.Ignore)
	w.endpoints, w.deliveries = state.Endpoints, state.Deliveries
	w.settled, w.reports, w.schedules = state.Settled, state.Reports, state.Schedules
	s.region, s.identity, s.merchants, s.world = found, id, newMerchants(id), w
	s.controlToken, s.tokenSecret = state.ControlToken, state.TokenSecret
	s.ahead.Store(int64(state.Ahead))
	return nil
}
