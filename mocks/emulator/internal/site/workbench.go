package site

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
	"github.com/amazonpay-go/sdk/signing"
)

const (
	workbenchPath   = controlPrefix + "workbench"
	workbenchAgent  = "amazonpay-emulator-workbench"
	workbenchPrefix = workbenchPath + "/"
)

// serveWorkbench adds the workbench: a page on which a developer sends any operation, signed with
// the key of one of the merchants, and makes buttons. It requires the control token, like all below
// controlPrefix.
func (p *Site) serveWorkbench() {
	p.control.HandleFunc("GET "+workbenchPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		show(w, http.StatusOK, "workbench.html", nil)
	})
	p.control.HandleFunc("GET "+workbenchPrefix+"choices", func(w http.ResponseWriter, r *http.Request) {
		wire.WriteJSON(w, http.StatusOK, ledger.Encode(p.choices(r)))
	})
	bench(p, "fill", p.fill)
	bench(p, "send", p.send)
	bench(p, "code", p.requestCode)
	bench(p, "button", p.button)
}

// bench adds a POST of the workbench.
func bench[Order any](p *Site, name string, do func(r *http.Request, o Order) (any, error)) {
	p.control.HandleFunc("POST "+workbenchPrefix+name, func(w http.ResponseWriter, r *http.Request) {
		var o Order
		err := readOrder(w, r, &o)
		if err != nil {
			wire.WriteJSON(w, http.StatusBadRequest, wire.ReplyTo(ledger.BadRequest(ledger.InvalidRequestFormat, "%v.", err)).Body)
			return
		}
		answer, err := do(r, o)
		if err != nil {
			refuseOrder(w, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		wire.WriteJSON(w, http.StatusOK, ledger.Encode(answer))
	})
}

// choices are what a request of the workbench may be.
func (p *Site) choices(r *http.Request) ledger.Object {
	type shop struct {
		ID      string   `json:"id"`
		ActsFor []string `json:"actsFor"` // merchants that have delegated to it
	}
	var shops []shop
	for _, m := range p.Gate.Merchants.All {
		if m.Key == nil { // it sends no requests of its own
			continue
		}
		one := shop{ID: m.ID, ActsFor: []string{}}
		for _, other := range p.Gate.Merchants.ClientsOf(m.ID) {
			one.ActsFor = append(one.ActsFor, other.ID)
		}
		shops = append(shops, one)
	}
	var regions []string
	for _, known := range ledger.Regions {
		regions = append(regions, known.Name)
	}
	return ledger.Object{
		"operations": wire.Catalog(), "merchants": shops, "regions": regions, "region": p.Gate.RegionOf(r.Host).Name,
		"environments": []ledger.Environment{ledger.Sandbox, ledger.Live}, "algorithms": []string{signing.PSSV2.String(), signing.PSSV1.String()},
		"kinds": webKinds,
	}
}

// sender is who sends a request, and where it goes.
type sender struct {
	Merchant    string             `json:"merchant"`
	Environment ledger.Environment `json:"environment"`
	Region      string             `json:"region"`
	Algorithm   string             `json:"algorithm"`
	ActFor      string             `json:"actFor"` // the id of a merchant that has delegated; empty: itself

	merchant  *wire.Merchant
	actFor    *wire.Merchant
	region    ledger.Region
	algorithm signing.Algorithm
}

// check finds what the names of a sender stand for.
func (s *sender) check(g *wire.Gate) error {
	var known bool
	var err error
	if s.merchant = g.Merchants.Named(s.Merchant); s.merchant == nil {
		return fmt.Errorf("emulator: unknown merchant %q", s.Merchant)
	}
	if s.merchant.Key == nil {
		return fmt.Errorf("emulator: the merchant %s has no key: choose %s, and %s as the merchant acted for", s.Merchant, s.merchant.Delegate, s.Merchant)
	}
	if s.region, known = ledger.RegionNamed(s.Region); !known {
		return fmt.Errorf("emulator: unknown region %q", s.Region)
	}
	if s.Environment != ledger.Live && s.Environment != ledger.Sandbox {
		return fmt.Errorf("emulator: unknown environment %q: want sandbox or live", s.Environment)
	}
	if s.algorithm, err = signing.ParseAlgorithm(cmp.Or(s.Algorithm, signing.PSSV2.String())); err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	if s.actFor = s.merchant; s.ActFor != "" {
		if s.actFor = g.Merchants.Named(s.ActFor); s.actFor == nil || s.actFor.Delegate != s.Merchant {
			return fmt.Errorf("emulator: %q has not delegated to %s", s.ActFor, s.Merchant)
		}
	}
	return nil
}

func (s *sender) keyID() string {
	if s.Environment == ledger.Live {
		return s.merchant.KeyIDs.Live
	}
	return s.merchant.KeyIDs.Sandbox
}

func (s *sender) signer() (*signing.Signer, error) {
	return signing.NewSigner(s.keyID(), s.merchant.Key, s.algorithm)
}

// scope is where the objects live that the sender can see.
func (s *sender) scope() ledger.Scope {
	return ledger.Scope{Region: s.region.Name, MerchantID: s.actFor.ID, Env: s.Environment}
}

// request is a request as the workbench's form has it.
type request struct {
	sender
	Operation      string `json:"operation"`
	ID             string `json:"id"`
	Sub            string `json:"sub"`
	Query          string `json:"query"`
	IdempotencyKey string `json:"idempotencyKey"`
	SimulationCode string `json:"simulationCode"`
	Body           string `json:"body"`

	listed wire.Listed
}

// signed is a request with its signature, and the texts that led to it.
type signed struct {
	http      *http.Request
	base      string // of the URL, on which the emulator listens
	canonical string
	toSign    string
	signature string
	authority string // the Authorization header
}

// sign makes the request and signs it with the merchant's key, as a merchant's server would.
func (p *Site) sign(r *http.Request, o *request) (*signed, error) {
	if err := o.check(p.Gate); err != nil {
		return nil, err
	}
	all := wire.Catalog()
	i := slices.IndexFunc(all, func(l wire.Listed) bool { return l.Operation == o.Operation })
	if i < 0 {
		return nil, fmt.Errorf("%w: no operation %q", ledger.ErrNotFound, o.Operation)
	}
	o.listed = all[i]
	query, err := url.ParseQuery(strings.TrimSpace(o.Query))
	if err != nil {
		return nil, errors.New("emulator: the query cannot be read: write it as name=value&name=value")
	}
	path := "/v2/" + o.listed.Path
	for name, id := range map[string]string{"{id}": o.ID, "{sub}": o.Sub} {
		if strings.Contains(path, name) && strings.TrimSpace(id) == "" {
			return nil, errors.New("emulator: an id of the path is empty: choose an object, or make one first")
		}
		path = strings.ReplaceAll(path, name, url.PathEscape(strings.TrimSpace(id)))
	}
	if text := strings.ReplaceAll(query.Encode(), "+", "%20"); text != "" {
		path += "?" + text
	}
	body := o.body()
	base := p.base(r)
	made, err := http.NewRequestWithContext(r.Context(), o.listed.Method, base+path, strings.NewReader(body))
	if err != nil {
		return nil, errors.New("emulator: the path cannot be written as a URL")
	}
	if made.Host = made.URL.Host; p.Gate.RegionOf(made.Host).Name != o.region.Name {
		made.Host = o.region.Host // by which the emulator tells the regions apart, as by the proxy
	}
	made.RequestURI = path
	unsigned := wire.Unsigned{Host: made.Host, Region: o.region.Name, IdempotencyKey: o.IdempotencyKey, SimulationCode: o.SimulationCode}
	if o.ActFor != "" {
		unsigned.AuthToken = p.Gate.IssueToken(o.actFor, p.Gate.Now(), 0)
	}
	made.Header = unsigned.Header()
	made.Header.Set("User-Agent", workbenchAgent)
	signer, err := o.signer()
	if err != nil {
		return nil, err
	}
	hash := signing.HashPayload([]byte(body))
	if err := signer.SignRequest(made, hash, p.Gate.Clock()); err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	out := &signed{http: made, base: base, authority: made.Header.Get(wire.HeaderAuthorization)}
	a, err := signing.ParseAuthorization(out.authority)
	if err != nil {
		return nil, err
	}
	if out.canonical, err = a.CanonicalRequest(made, hash); err != nil {
		return nil, err
	}
	out.toSign = a.Algorithm.StringToSign(out.canonical)
	_, out.signature, _ = strings.Cut(out.authority, "Signature=")
	return out, nil
}

// send signs a request, sends it through the gate that every request passes, and shows what
// changed. What others do at the same moment is among the changes.
func (p *Site) send(r *http.Request, o request) (any, error) {
	made, err := p.sign(r, &o)
	if err != nil {
		return nil, err
	}
	before := p.objects(r)
	answer := p.exchange(made.http)
	body, _ := made.http.GetBody()
	var sent bytes.Buffer
	_, _ = sent.ReadFrom(body)
	return ledger.Object{
		"request": ledger.Object{
			"line": made.http.Method + " " + made.http.RequestURI, "header": lines(made.http.Header, made.http.Host), "body": sent.String(),
		},
		"canonicalRequest": made.canonical, "stringToSign": made.toSign, "signature": made.signature, "authorization": made.authority,
		"answer": answer, "changes": changesOf(before, p.objects(r)),
	}, nil
}

func (p *Site) objects(r *http.Request) (all []ledger.Kept) {
	p.Look(func(w *ledger.Ledger, now time.Time) { all = w.Objects(p.Gate.PagesAt(r.Host)+p.Gate.PayPage, now) })
	return all
}

// exchange has the API answer a request, and shows the answer. A fault that cuts the connection
// cuts it short.
func (p *Site) exchange(r *http.Request) ledger.Object {
	w := &answering{header: make(http.Header), status: http.StatusOK}
	cut := false
	func() {
		defer func() {
			if stopped := recover(); stopped != nil {
				if err, ok := stopped.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
					panic(stopped)
				}
				cut = true
			}
		}()
		p.API(w, r)
	}()
	if cut && !w.begun {
		return ledger.Object{"status": 0, "cut": true, "header": []string{}, "body": ""}
	}
	return ledger.Object{
		"status": w.status, "text": http.StatusText(w.status), "cut": cut, "header": lines(w.header, ""), "body": w.body.String(),
	}
}

// answering keeps an answer.
type answering struct {
	header http.Header
	status int
	begun  bool
	body   bytes.Buffer
}

func (w *answering) Header() http.Header { return w.header }

func (w *answering) WriteHeader(status int) { w.status, w.begun = status, true }

func (w *answering) Write(b []byte) (int, error) {
	w.begun = true
	return w.body.Write(b)
}

// lines are headers as they are written, sorted by name.
func lines(h http.Header, host string) []string {
	all := []string{}
	if host != "" {
		all = append(all, "host: "+host)
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			all = append(all, strings.ToLower(name)+": "+value)
		}
	}
	return all
}

// change is what happened to an object.
type change struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	What string `json:"what"` // made, changed or gone
	Rows []row  `json:"rows"` // the members that differ
}

// row is a member before and after. A member that is not there is null.
type row struct {
	Member string `json:"member"`
	Before any    `json:"before"`
	After  any    `json:"after"`
}

// changesOf compares the objects of two moments.
func changesOf(before, after []ledger.Kept) []change {
	changes := []change{}
	old := make(map[string]ledger.Kept, len(before))
	for _, k := range before {
		old[k.Kind+k.ID] = k
	}
	for _, k := range after {
		was, there := old[k.Kind+k.ID]
		delete(old, k.Kind+k.ID)
		switch {
		case !there:
			changes = append(changes, change{k.Kind, k.ID, "made", rowsOf(nil, k.Shown())})
		case !bytes.Equal(was.Text, k.Text):
			changes = append(changes, change{k.Kind, k.ID, "changed", rowsOf(was.Shown(), k.Shown())})
		}
	}
	for _, k := range before {
		switch k.Kind {
		case ledger.KindPermission, ledger.KindCharge, ledger.KindRefund:
			continue // none is ever deleted: what is missing is among the latest no more
		}
		if _, gone := old[k.Kind+k.ID]; gone {
			changes = append(changes, change{k.Kind, k.ID, "gone", rowsOf(k.Shown(), nil)})
		}
	}
	return changes
}

func rowsOf(before, after ledger.Object) []row {
	was, is := make(map[string]any), make(map[string]any)
	flatten(was, "", before)
	flatten(is, "", after)
	members := maps.Clone(was)
	maps.Copy(members, is)
	rows := []row{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if was[name] != is[name] {
			rows = append(rows, row{name, was[name], is[name]})
		}
	}
	return rows
}

// flatten names each value of an object by its path.
func flatten(into map[string]any, path string, value any) {
	switch v := value.(type) {
	case ledger.Object:
		for name, inner := range v {
			flatten(into, strings.TrimPrefix(path+"."+name, "."), inner)
		}
	case []any:
		for i, inner := range v {
			flatten(into, fmt.Sprintf("%s[%d]", path, i), inner)
		}
	default:
		into[path] = v
	}
}

// base is the URL of the API.
func (p *Site) base(r *http.Request) string { return cmp.Or(p.Gate.URL, "https://"+r.Host) }

// here returns the workbench's own address, to which buyers come back, with an operation chosen.
// Live sessions take https URLs alone.
func (p *Site) here(r *http.Request, env ledger.Environment, operation string) string {
	at := p.Gate.PagesAt(r.Host)
	if env == ledger.Live && strings.HasPrefix(at, "http:") {
		at = p.Gate.URL
	}
	return at + workbenchPath + "?operation=" + operation
}
