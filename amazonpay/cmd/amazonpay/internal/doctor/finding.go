package doctor

// Check is one thing that [Examine] looks at.
type Check string

// The checks, in their order. A check that does not apply, such as [CheckKeyFile] of a key in a
// variable, has no finding.
const (
	CheckKeyGiven    Check = "private key given"
	CheckKeyFile     Check = "private key file"
	CheckKey         Check = "private key"
	CheckPublicKeyID Check = "public key id"
	CheckRegion      Check = "region"
	CheckEnvironment Check = "environment"
	CheckBaseURL     Check = "base URL"
	CheckProxy       Check = "proxy"
	CheckName        Check = "host name"
	CheckConnection  Check = "connection"
	CheckTLS         Check = "TLS"
	CheckClock       Check = "clock"
	CheckSignedCall  Check = "signed call"
)

// Status is the result of a check.
type Status string

// The results of a check.
const (
	StatusOK      Status = "ok"
	StatusWarning Status = "warning" // it works, but should be changed
	StatusFailed  Status = "failed"
	StatusSkipped Status = "skipped" // it depends on a check that failed
)

// Finding is the result of one check. It holds no secret.
type Finding struct {
	Check  Check  `json:"check"`
	Status Status `json:"status"`
	Found  string `json:"found"`            // what is there
	Cause  string `json:"cause,omitzero"`   // why it does not work
	Next   string `json:"next,omitzero"`    // what to do about it
	Run    string `json:"command,omitzero"` // a shell command that does it, or shows more

	// Refused says that the service itself refused the signed call, and not something on this side.
	Refused bool `json:"refused,omitzero"`
}

func ok(found string) Finding { return Finding{Status: StatusOK, Found: found} }

func warning(found, cause, next string) Finding {
	return Finding{Status: StatusWarning, Found: found, Cause: cause, Next: next}
}

func failed(found, cause, next string) Finding {
	return Finding{Status: StatusFailed, Found: found, Cause: cause, Next: next}
}

// run adds a shell command to a finding.
func (f Finding) run(command string) Finding {
	f.Run = command
	return f
}
