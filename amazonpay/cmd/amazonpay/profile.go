package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// profile is an account in the configuration file. It has no key: only the name of its file.
type profile struct {
	PublicKeyID    string `yaml:"publicKeyId" json:"publicKeyId" help:"Id of the public key in Seller Central, such as SANDBOX-AFABC…" required:"" placeholder:"ID"`
	PrivateKeyFile string `yaml:"privateKeyFile" json:"privateKeyFile" help:"File of the private key." required:"" predictor:"file" placeholder:"FILE"`
	Region         string `yaml:"region" json:"region" help:"Region of the account: na, eu or jp." required:""`
	Environment    string `yaml:"environment,omitempty" json:"environment,omitzero" help:"sandbox or live, if the key id does not begin with it."`
	MerchantID     string `yaml:"merchantId,omitempty" json:"merchantId,omitzero" help:"Merchant id, for buttons."`
	StoreID        string `yaml:"storeId,omitempty" json:"storeId,omitzero" help:"Store id of buttons and sessions that name none: amzn1.application-oa2-client.…" placeholder:"ID"`
}

func (p profile) config() amazonpay.Config {
	return amazonpay.Config{
		PublicKeyID: p.PublicKeyID, PrivateKeyFile: p.PrivateKeyFile, Region: amazonpay.Region(p.Region), Environment: amazonpay.Environment(p.Environment),
	}
}

// profiles is the configuration file.
type profiles struct {
	Default  string             `yaml:"default,omitempty" json:"default,omitzero"`
	Profiles map[string]profile `yaml:"profiles" json:"profiles"`
}

const configFile = "config.yaml"

// readProfiles reads the configuration file. It is empty if there is none. Others must not be able
// to read or change it, since it decides which key signs for whom.
func (s *session) readProfiles() (p profiles, path string, err error) {
	dir, err := s.configDir()
	if err != nil {
		return p, "", err
	}
	path = filepath.Join(dir, configFile)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, path, nil
	case err != nil:
		return p, path, wrong("", "the configuration file: %w", err)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return p, path, wrong("Run chmod 600 "+path, "others can read the configuration file %s (mode %o)", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path) //nolint:gosec // the person names the folder
	if err != nil {
		return p, path, wrong("", "the configuration file: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(text, &p, yaml.Strict()); err != nil {
		return p, path, wrong("Correct it, or delete it and run amazonpay profile set.", "%s: %s", path, yaml.FormatError(err, false, false))
	}
	return p, path, nil
}

// writeProfiles replaces the configuration file at once.
func writeProfiles(p profiles, path string) error {
	text, err := yaml.Marshal(p)
	if err != nil {
		return err
	}
	return writeFile(path, text)
}

var errNoAccount = errors.New("no account is configured")

// profile returns the account of a profile, by default of the default one.
func (s *session) profile(name string) (account, error) {
	all, path, err := s.readProfiles()
	if err != nil {
		return account{}, err
	}
	if name == "" {
		name = all.Default
	}
	p, ok := all.Profiles[name]
	switch {
	case name == "":
		if _, err := os.Stat(emulatorFile); err == nil {
			return account{}, wrong("Add --emulator-file "+emulatorFile+", or set AMAZON_PAY_EMULATOR_FILE to it, to use the emulator that wrote the file in this folder.",
				"%w", errNoAccount)
		}
		return account{}, wrong("Set AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY_FILE and AMAZON_PAY_REGION; or run amazonpay profile set; or add --emulator, which needs no account.",
			"%w", errNoAccount)
	case !ok:
		return account{}, wrong("Run amazonpay profile list.", "there is no profile %q in %s", name, path)
	}
	return account{
		config: p.config(),
		from:   "profile " + name, merchantID: p.MerchantID, storeID: p.StoreID,
	}, nil
}

// profileCommands are the commands about the configuration file.
type profileCommands struct {
	List   profileList   `cmd:"" help:"List the profiles."`
	Set    profileSet    `cmd:"" help:"Add or replace a profile. The key is checked first, and stays in its file."`
	Remove profileRemove `cmd:"" help:"Remove a profile."`
}

type profileList struct{}

// Run lists the profiles.
func (*profileList) Run(s *session) error {
	all, path, err := s.readProfiles()
	if err != nil {
		return err
	}
	if s.cli.JSON {
		return s.printJSON(all)
	}
	if len(all.Profiles) == 0 {
		s.note("There is no profile in %s.", path)
		return nil
	}
	rows := [][]string{{"NAME", "PUBLIC KEY ID", "REGION", "ENVIRONMENT", "PRIVATE KEY FILE"}}
	for _, name := range slices.Sorted(maps.Keys(all.Profiles)) {
		p := all.Profiles[name]
		if name == all.Default {
			name += " (default)"
		}
		if client, err := amazonpay.New(p.config()); err == nil { // the key id may name it
			p.Environment = string(client.Environment())
		}
		rows = append(rows, []string{name, p.PublicKeyID, p.Region, p.Environment, p.PrivateKeyFile})
	}
	s.table(rows)
	return nil
}

type profileSet struct {
	Name string `arg:"" help:"Name of the profile."`
	profile
	Default bool `help:"Use it if no other account is named."`
}

// Run checks a profile and writes it.
func (c *profileSet) Run(s *session) error {
	all, path, err := s.readProfiles()
	if err != nil {
		return err
	}
	file, err := filepath.Abs(c.PrivateKeyFile)
	if err != nil {
		return wrong("", "--private-key-file: %w", err)
	}
	c.PrivateKeyFile = file
	if _, err := amazonpay.New(c.config()); err != nil {
		return wrong("Nothing was written. To see how a key is mended: AMAZON_PAY_PRIVATE_KEY_FILE=FILE amazonpay doctor", "%w", err)
	}
	if all.Profiles == nil {
		all.Profiles = make(map[string]profile)
	}
	all.Profiles[c.Name] = c.profile
	if c.Default || len(all.Profiles) == 1 {
		all.Default = c.Name
	}
	if err := writeProfiles(all, path); err != nil {
		return err
	}
	s.note("Profile %s is in %s.", c.Name, path)
	return nil
}

type profileRemove struct {
	Name string `arg:"" help:"Name of the profile."`
}

// Run removes a profile. The key's file stays.
func (c *profileRemove) Run(s *session) error {
	all, path, err := s.readProfiles()
	if err != nil {
		return err
	}
	if _, ok := all.Profiles[c.Name]; !ok {
		return wrong("Run amazonpay profile list.", "there is no profile %q in %s", c.Name, path)
	}
	delete(all.Profiles, c.Name)
	if all.Default == c.Name {
		all.Default = ""
	}
	return writeProfiles(all, path)
}
