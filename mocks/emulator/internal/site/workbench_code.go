package site

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/signing"
)

// requestCode writes a request of the workbench as Go, as a line for a shell with curl, and for
// Node.js with the official SDK. None of them holds a private key.
func (p *Site) requestCode(r *http.Request, o request) (any, error) {
	made, err := p.sign(r, &o)
	if err != nil {
		return nil, err
	}
	body, err := ledger.Decode([]byte(o.body()))
	if err != nil {
		return nil, fmt.Errorf("emulator: the body cannot be read: %w", err)
	}
	program, err := o.goCode(made, body)
	if err != nil {
		return nil, err
	}
	return ledger.Object{"go": program, "curl": o.curl(made, p.Gate.URL), "node": o.node(made)}, nil
}

// body is the body as it is sent.
func (o *request) body() string {
	if !o.listed.TakesBody {
		return ""
	}
	return strings.TrimSpace(o.Body)
}

// curl is a command that sends the signed request. The signature is valid for 15 minutes.
func (o *request) curl(made *signed, listens string) string {
	quoted := func(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
	target := made.http.URL.Host
	words := []string{"curl --cacert amazonpay-emulator.pem", "--request " + o.listed.Method}
	if made.http.Host != target {
		words = append(words, "--connect-to "+quoted(made.http.Host+":443:"+strings.TrimPrefix(cmp.Or(listens, target), "https://")))
	}
	for _, line := range lines(made.http.Header, "") {
		if !strings.HasPrefix(line, "user-agent:") {
			words = append(words, "--header "+quoted(line))
		}
	}
	if body := o.body(); body != "" {
		words = append(words, "--data-raw "+quoted(body))
	}
	words = append(words, quoted("https://"+made.http.Host+made.http.RequestURI))
	return strings.Join(words, " \\\n  ") + "\n"
}

// goCall is how a method of the SDK is called, where the name of the operation does not say it.
type goCall struct{ pkg, method, request string }

var goCalls = map[string]goCall{
	"MerchantScan":          {"instore", "MerchantScan", "MerchantScanRequest"},
	"InStoreCharge":         {"instore", "Charge", "ChargeRequest"},
	"InStoreRefund":         {"instore", "Refund", "RefundRequest"},
	"DeliveryTrackers":      {"delivery", "DeliveryTrackers", "TrackersRequest"},
	"GetAuthorizationToken": {"authtoken", "GetAuthorizationToken", ""},
}

func goCallOf(operation string) goCall {
	if call, named := goCalls[operation]; named {
		return call
	}
	return goCall{"webstore", operation, operation + "Request"}
}

func (c goCall) typeName() string { return c.pkg + "." + c.request }

// goCode is a program that makes the call.
func (o *request) goCode(made *signed, body ledger.Object) (string, error) {
	call := goCallOf(o.Operation)
	arguments := []string{"ctx"}
	for _, id := range o.ids() {
		arguments = append(arguments, strconv.Quote(id))
	}
	query := made.http.URL.Query()
	var options []string
	switch {
	case o.Operation == "GetAuthorizationToken":
		arguments = append(arguments, strconv.Quote(query.Get("merchantId")))
	case o.listed.TakesBody || len(o.listed.Query) > 0:
		if !o.listed.TakesBody {
			body = ledger.Object{}
			for name := range query {
				body[name] = query.Get(name)
			}
		}
		argument, more := goRequest(call.typeName(), body)
		if !o.listed.TakesBody && len(more) > 0 {
			return "", errors.New("emulator: the SDK has no field for a parameter of this query, or not with this value")
		}
		arguments, options = append(arguments, argument), more
	}
	for _, of := range []struct{ option, header string }{
		{"WithIdempotencyKey", "X-Amz-Pay-Idempotency-Key"}, {"WithAuthToken", "X-Amz-Pay-Authtoken"}, {"WithSimulationCode", "X-Amz-Pay-Simulation-Code"},
	} {
		if value := made.http.Header.Get(of.header); value != "" {
			options = append(options, "amazonpay."+of.option+"("+strconv.Quote(value)+")")
		}
	}
	separator := ", "
	if len(options) > 0 {
		separator = ",\n"
	}
	statements := fmt.Sprintf(`func main() {
ctx := context.Background()
client, err := amazonpay.New(%s)
if err != nil {
	log.Fatal(err)
}
answer, err := %s.New(client).%s(%s)
if err != nil {
	log.Fatal(err)
}
fmt.Printf("%%+v\n", answer)
}
`, o.goConfig(made.base, made.elsewhere()), call.pkg, call.method, strings.Join(append(arguments, options...), separator))
	return goProgram(o.goComment(made.elsewhere()), statements)
}

// ids are the ids of the path, in its order.
func (o *request) ids() (all []string) {
	for _, part := range []struct{ name, id string }{{"{id}", o.ID}, {"{sub}", o.Sub}} {
		if strings.Contains(o.listed.Path, part.name) {
			all = append(all, strings.TrimSpace(part.id))
		}
	}
	return all
}

// elsewhere reports whether the request goes to another region's host than the emulator's own.
func (s *signed) elsewhere() bool { return s.http.Host != s.http.URL.Host }

// goConfig writes the configuration of a client. The key comes from the environment.
func (s *sender) goConfig(base string, elsewhere bool) string {
	text := "amazonpay.Config{\nPublicKeyID: " + strconv.Quote(s.keyID()) + ",\n" +
		`PrivateKeyPEM: amazonpay.NewSecret(os.Getenv("AMAZON_PAY_PRIVATE_KEY")),` + "\nRegion: " + strconv.Quote(s.region.Name) + ",\n"
	if s.algorithm == signing.PSSV1 {
		text += "Algorithm: signing.PSSV1,\n"
	}
	if !elsewhere {
		text += "BaseURL: " + strconv.Quote(base) + ", // the emulator: remove this line for Amazon\n"
	}
	return text + "}"
}

// goComment says how to run a program against the emulator, from the folder with its files.
func (s *sender) goComment(elsewhere bool) string {
	proxy := ""
	if elsewhere {
		proxy = " HTTPS_PROXY=http://127.0.0.1:8444"
	}
	return "// Run it in the folder that has the emulator's files:\n//\n" +
		"//\texport AMAZON_PAY_PRIVATE_KEY=\"$(jq -r '.merchants[] | select(.merchantId == \"" + s.Merchant + "\").privateKeyPem' amazonpay-emulator.json)\"\n" +
		"//\tSSL_CERT_FILE=amazonpay-emulator.pem" + proxy + " go run .\n"
}

// nodeMethods are the methods of the official Node SDK whose names are not the operation's with a
// small first letter. It has none for the empty ones.
var nodeMethods = map[string]string{
	"GetReportByID": "getReportById", "GetReportScheduleByID": "getReportScheduleById", "InStoreCharge": "charge", "InStoreRefund": "refund",
	"GetDisbursements": "", "CreateStore": "", "UpdateStore": "",
}

// node writes the request for the official SDK.
func (o *request) node(made *signed) string {
	client, method := "WebStoreClient", strings.ToLower(o.Operation[:1])+o.Operation[1:]
	if strings.HasPrefix(o.listed.Path, "in-store/") {
		client = "InStoreClient"
	}
	if other, named := nodeMethods[o.Operation]; named {
		method = other
	}
	query := ledger.Object{}
	for name, values := range made.http.URL.Query() {
		query[name] = values[0]
	}
	headers := ledger.Object{}
	for _, name := range []string{"X-Amz-Pay-Idempotency-Key", "X-Amz-Pay-Authtoken", "X-Amz-Pay-Simulation-Code"} {
		if value := made.http.Header.Get(name); value != "" {
			headers[strings.ToLower(name)] = value
		}
	}
	declared, arguments := "", []string{}
	for _, id := range o.ids() {
		arguments = append(arguments, jsText(id))
	}
	switch o.Operation {
	case "GetAuthorizationToken":
		arguments = append(arguments, jsText(query.Text("merchantId")))
	case "GetReportSchedules":
		arguments = append(arguments, jsText(query.Text("reportTypes")))
	case "GetReports":
		arguments = append(arguments, indented(query))
	}
	if o.listed.TakesBody {
		declared += "const payload = " + cmp.Or(o.body(), "{}") + ";\n"
		arguments = append(arguments, "payload")
	}
	if len(headers) > 0 {
		declared += "const headers = " + indented(headers) + ";\n"
		arguments = append(arguments, "headers")
	}
	call := "client." + method + "(" + strings.Join(arguments, ", ") + ")"
	if method == "" { // by the path
		path, _, _ := strings.Cut(made.http.URL.EscapedPath(), "?")
		call = "client.apiCall({\n  method: " + jsText(o.listed.Method) + ",\n  urlFragment: " + jsText(strings.TrimPrefix(path, "/v2/")) + ",\n"
		if len(query) > 0 {
			call += "  queryParams: " + indented(query) + ",\n"
		}
		if o.listed.TakesBody {
			call += "  payload,\n"
		}
		if len(headers) > 0 {
			call += "  headers,\n"
		}
		call += "})"
	}
	if declared != "" {
		declared += "\n"
	}
	return o.nodeClient(client) + declared + call + `
  .then((answer) => console.log(answer.status, JSON.stringify(answer.data, null, 2)))
  .catch((error) => console.error(error.response ? error.response.data : error));
`
}

// nodeClient begins a program with the official Node SDK.
func (s *sender) nodeClient(client string) string {
	algorithm := ""
	if s.algorithm == signing.PSSV2 {
		algorithm = "  algorithm: \"AMZN-PAY-RSASSA-PSS-V2\",\n"
	}
	region := map[string]string{"na": "us", "eu": "eu", "jp": "jp"}[s.region.Name]
	return `// Run it in the folder that has the emulator's files:
// NODE_EXTRA_CA_CERTS=amazonpay-emulator.pem HTTPS_PROXY=http://127.0.0.1:8444 node call.js
const fs = require('node:fs');
const { ` + client + ` } = require('@amazonpay/amazon-pay-api-sdk-nodejs');

const { merchants } = JSON.parse(fs.readFileSync('amazonpay-emulator.json', 'utf8'));
const client = new ` + client + `({
  publicKeyId: ` + jsText(s.keyID()) + `,
  privateKey: merchants.find((merchant) => merchant.merchantId === ` + jsText(s.Merchant) + `).privateKeyPem,
  region: ` + jsText(region) + `,
` + algorithm + `});

`
}

// jsText writes a text as JavaScript.
func jsText(text string) string { return string(ledger.Encode(text)) }
