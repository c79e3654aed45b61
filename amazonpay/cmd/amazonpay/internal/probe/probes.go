package probe

import (
	"context"
	"slices"
)

// Need is what a probe requires besides a sandbox key.
type Need string

// The needs.
const (
	NeedStore      Need = "store"      // a store id
	NeedBuyer      Need = "buyer"      // somebody who completes a checkout in a browser
	NeedPermission Need = "permission" // a charge permission, or somebody who makes one in a browser
	NeedScan       Need = "scan"       // what a buyer's app shows at a till
	NeedProvider   Need = "provider"   // an account that may register merchants
	NeedSpecific   Need = "specific"   // a key id that begins with SANDBOX
	NeedClock      Need = "clock"      // a service whose clock nobody moved
)

// Confidence is how sure a claim is without a probe.
type Confidence string

// The confidences.
const (
	ConfidenceLikely    Confidence = "likely"    // one indirect source
	ConfidenceUncertain Confidence = "uncertain" // no source
	ConfidenceConflict  Confidence = "conflict"  // two sources that contradict each other
)

// Probe is a fact, and how it is found out.
type Probe struct {
	Fact       string
	Claim      string // in a sentence
	Source     string // a public page or SDK, or that there is none
	Confidence Confidence
	Claimed    string   // the value, if the claim is right
	Others     []string // that are known besides
	Needs      []Need
	Fixed      bool // the emulator cannot be changed

	ask func(ctx context.Context, r *run) (observed string, err error)
}

// lacks returns why a probe cannot run at a target.
func (p Probe) lacks(t *Target) error {
	for _, need := range p.Needs {
		switch {
		case need == NeedStore && t.StoreID == "":
			return notRun("it requires a store id")
		case need == NeedBuyer && (t.Buyer == nil || t.StoreID == ""):
			return notRun("it requires a store id, and a buyer who completes a checkout")
		case need == NeedPermission && t.ChargePermissionID == "" && (t.Buyer == nil || t.StoreID == ""):
			return notRun("it requires a charge permission, or a store id and a buyer who completes a checkout")
		case need == NeedScan && t.ScanData == "":
			return notRun("it requires what a buyer's app shows at a till")
		case need == NeedProvider && !t.Provider:
			return notRun("it requires an account that may register merchants")
		case need == NeedSpecific && !t.specific():
			return notRun("it requires a key id that begins with SANDBOX")
		case need == NeedClock && t.ClockMoved:
			return notRun("the emulator's clock was moved, and it accepts dates of both clocks")
		}
	}
	return nil
}

// knows reports whether a value is a known one.
func (p Probe) knows(value string) bool {
	return value == p.Claimed || slices.Contains(p.Others, value)
}

// Probes returns all probes in the order in which they run: those that need nobody first.
func Probes() []Probe {
	return slices.Concat(requestProbes(), keyProbes(), sessionProbes(), memberProbes(), reportProbes(), scheduleProbes(), simulationProbes(),
		checkoutProbes(), chargeProbes(), disputeProbes(), tillProbes(), accountProbes())
}

func find(fact string) (Probe, bool) {
	all := Probes()
	i := slices.IndexFunc(all, func(p Probe) bool { return p.Fact == fact })
	if i < 0 {
		return Probe{}, false
	}
	return all[i], true
}

// The values of many facts.
const (
	accepted = "accepted"
	refused  = "refused"
	honoured = "honoured"
	ignored  = "ignored"
	absent   = "absent"
	isNull   = "null"
	none     = "none"

	invalidValue = "InvalidParameterValue"
)

// taken reads whether a request was accepted, or refused with one of these reason codes.
func taken(a answer, reasons ...string) string {
	switch {
	case a.ok():
		return accepted
	case slices.Contains(reasons, a.reason):
		return refused
	}
	return a.code()
}

// memberOf reads a member that may be absent, null, or an enumeration.
func memberOf(a answer, path ...string) string {
	switch value, there := a.at(path...); v := value.(type) {
	case nil:
		if there {
			return isNull
		}
		return absent
	case string:
		return shown(v)
	default:
		return hidden
	}
}

// Unprobed is something that no request can settle.
type Unprobed struct {
	What   string
	Source string
	Why    string
}

// AllUnprobed returns what is not sure, and has no probe.
func AllUnprobed() []Unprobed {
	browser := "it shows in a browser only"
	return []Unprobed{
		{"the schedule of repeated notifications", docNotifications, "notifications arrive at a server that Amazon can reach, over days"},
		{"the reason code of status 425", "changelogs of the official SDKs", "it cannot be provoked"},
		{"all reason codes of reports, disputes, files and merchant accounts", docErrors, "only the codes for unknown and duplicate objects are probed"},
		{"which reason leads a dispute to which state", docDispute, "Amazon's investigators decide"},
		{"the values of resolutionAuthority of a decided dispute", docDispute, "Amazon's investigators decide"},
		{"the largest file", docFile, "it would upload many megabytes, which nobody can delete"},
		{"closureTimestamp's unit", stampSources, "it is the unit that dispute.timestamps finds"},
		{"signInCancelUrl at the top of a sign-in payload", docSignIn, browser},
		{"the values of checkoutLanguage", docCheckoutScript, browser},
		{"the values of buttonColor", docCheckoutScript, browser},
		{"the product type Donation", "a copy of checkout.js", browser},
		{"the answer redirectRequired of Buy Now", "official sample amazonpay-labs/amazonpaycpsp-gmosampleapp-apb", browser},
		{"the page for a declined recurring buyer", docRecurring, "it is a page for people"},
		{"nextToken of a page of disbursements that is not the last", docDisbursements, "a sandbox has too few disbursements"},
	}
}
