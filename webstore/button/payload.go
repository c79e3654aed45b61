package button

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/webstore"
)

// Payload is the payload of one kind of button, with the members that Amazon Pay knows for the kind
// under their names in JSON: [OneTime], [ProcessOrder], [Recurring], [SavedWallet], [SignIn],
// [SignInAndSetUp], [UpdateSavedWallet], [Upgrade], [MultiAddress] or [Donation].
//
// [Maker.Button] fills the members that the kind decides, such as chargePermissionType, and the
// members that [Config] has. Leave them empty. A payload may have another StoreID than Config.
type Payload interface {
	// Validate returns an [*amazonpay.FieldError] for a member that the kind requires or refuses.
	// [Maker.Button] calls it with all members filled, and also checks each member by itself.
	Validate() error

	// prepared returns a copy with the members that the kind and the maker decide.
	prepared(d defaults) Payload
	kind() kind
}

// defaults are what a maker knows of each button.
type defaults struct {
	merchantID string
	storeID    string
	options    Options // complete, except ProductType
}

// kind is what a kind of button is to checkout.js.
type kind struct {
	name   string
	call   call
	config string // the member that holds the signed payload; empty for bindUpgradeAction
	// products are the product types that go with the payload, the default first. why is added to the
	// error for another one.
	products   []webstore.ProductType
	why        string
	pages      []page
	currencies []currency
	action     UpgradeAction // for bindUpgradeAction
}

// call is the function of checkout.js that takes a button.
type call string

const (
	callRender  call = "renderButton"
	callInit    call = "initCheckout"
	callUpgrade call = "bindUpgradeAction"
	callChange  call = "bindChangeAction"
)

const (
	sessionConfig = "createCheckoutSessionConfig"
	signInConfig  = "signInConfig"
)

// kinds decode the payload of each kind, by the name of its type.
var kinds = map[string]func([]byte) (Payload, error){
	"OneTime":           decode[OneTime],
	"ProcessOrder":      decode[ProcessOrder],
	"Recurring":         decode[Recurring],
	"SavedWallet":       decode[SavedWallet],
	"SignIn":            decode[SignIn],
	"SignInAndSetUp":    decode[SignInAndSetUp],
	"UpdateSavedWallet": decode[UpdateSavedWallet],
	"Upgrade":           decode[Upgrade],
	"MultiAddress":      decode[MultiAddress],
	"Donation":          decode[Donation],
}

// Kinds returns the names that [Parse] takes, in alphabetical order.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Parse decodes a payload that is JSON, such as one from a file. kind is the name of its type, such
// as OneTime. A member that the kind does not have is an error that names its path. The members
// themselves are checked by [Maker.Button]. The action of an [Upgrade] is not a member of its JSON.
func Parse(kind string, payload []byte) (Payload, error) {
	parse, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("button: Parse: there is no kind %.40q: use one of %s", kind, strings.Join(Kinds(), ", "))
	}
	p, err := parse(payload)
	if err != nil {
		return nil, fmt.Errorf("button: Parse: %s: %w", kind, err)
	}
	return p, nil
}

// decode decodes a payload, and compares the result with the text: a member that is lost is
// unknown.
func decode[P Payload](text []byte) (Payload, error) {
	var p P
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, err
	}
	again, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var given, kept map[string]any
	if err := errors.Join(unmarshal(text, &given), unmarshal(again, &kept)); err != nil {
		return nil, err
	}
	if path := lost(given, kept); path != "" {
		return nil, fmt.Errorf("%s: is not a member of this kind of payload: remove it, or correct its name", path)
	}
	return p, nil
}

func unmarshal(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(v)
}

// lost returns the path of the first member of given that kept does not have, "" if there is none.
// A member without a value may be lost.
func lost(given, kept map[string]any) string {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value, there := kept[name]
		inner, isObject := given[name].(map[string]any)
		switch {
		case !there && !empty(given[name]):
			return name
		case !isObject:
			continue
		}
		innerKept, _ := value.(map[string]any)
		if path := lost(inner, innerKept); path != "" {
			return name + "." + path
		}
	}
	return ""
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
