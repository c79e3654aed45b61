package spec_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/amazonpay-go/sdk"

// imports are the packages that a snippet may use without importing them.
var imports = []string{
	"context", "encoding/json", "errors", "fmt", "io", "log", "net/http", "os", "testing", "time",
	module + "/amazonpay", module + "/amazonpay/ipn", module + "/authtoken", module + "/delivery", module + "/instore",
	module + "/mocks", module + "/mocks/emulator", module + "/mocks/emulator/emulatortest", module + "/signing",
	module + "/transport", module + "/webstore", module + "/webstore/button",
	module + "/webstore/buynow", module + "/webstore/report", "go.uber.org/mock/gomock",
}

// variables are the names that a snippet may use without declaring them.
const variables = `
	ctx context.Context, t *testing.T, file *os.File, from, until amazonpay.Time, signingKey amazonpay.Secret,
	client *amazonpay.Client, shop *webstore.Client, server *emulator.Server, ctrl *gomock.Controller, handler http.Handler,
	buttons *button.Maker, site, storeID, sessionID, chargeID, permissionID, merchantID, mwsAuthToken, requestID string,
	order struct { ID string; Total amazonpay.Price; Attempt string }`

// TestSnippets type-checks each Go snippet of the documents for people. A snippet is a program,
// declarations, or statements of a function that has the variables above. A comment "// …" stands
// for code that is left out.
func TestSnippets(t *testing.T) {
	t.Parallel()
	exports := exportData(t)
	found := 0
	var wrong []string
	for _, document := range documents(t) {
		for line, snippet := range fences(read(t, document), "go") {
			found++
			if err := check(snippet, exports); err != nil {
				wrong = append(wrong, fmt.Sprintf("%s:%d: %v", document, line, err))
			}
		}
	}
	assert.Greater(t, found, 15)
	assert.Empty(t, wrong)
}

// TestSnippetsAreChecked holds the check to a snippet that is wrong.
func TestSnippetsAreChecked(t *testing.T) {
	t.Parallel()
	exports := exportData(t)
	for _, snippet := range []string{
		`charge, err := shop.GetCharge(ctx)`,
		`_, err := shop.CreateCharge(ctx, &webstore.CreateChargeRequest{Amount: 1})`,
		`func f() { amazonpay.Nothing() }`,
		`x := `,
	} {
		require.Error(t, check(snippet, exports), snippet)
	}
	for _, snippet := range []string{
		`charge, err := shop.GetCharge(ctx, chargeID)`,
		"package main\n\nfunc main() {}\n",
		`type T struct{ Price amazonpay.Price }`,
	} {
		require.NoError(t, check(snippet, exports), snippet)
	}
}

// fences returns the fenced blocks of a language by the line on which they begin.
func fences(text, language string) map[int]string {
	found := make(map[int]string)
	begin, block := 0, ""
	for n, line := range strings.Split(text, "\n") {
		switch {
		case begin == 0 && line == "```"+language:
			begin = n + 1
		case begin > 0 && line == "```":
			found[begin], begin, block = block, 0, ""
		case begin > 0:
			block += line + "\n"
		}
	}
	return found
}

// check type-checks a snippet. What it declares or imports need not be used.
func check(snippet string, exports map[string]string) error {
	return typeCheck(snippet, exports, false)
}

// checkAll type-checks a program as the compiler does.
func checkAll(program string, exports map[string]string) error {
	return typeCheck(program, exports, true)
}

func typeCheck(snippet string, exports map[string]string, unused bool) error {
	header := "package p\nimport (\n\"" + strings.Join(imports, "\"\n\"") + "\"\n)\n"
	fset := token.NewFileSet()
	var parsed *ast.File
	var err error
	for _, source := range []string{snippet, header + snippet, header + "func _(" + variables + ") {\n" + snippet + "}\n"} {
		if parsed, err = parser.ParseFile(fset, "snippet.go", source, parser.SkipObjectResolution); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	open := func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("the documents' snippets may not import %s: see imports", path)
		}
		return os.Open(exports[path])
	}
	var wrong error
	config := types.Config{
		Importer: importer.ForCompiler(fset, "gc", open),
		Error: func(err error) {
			if found, ok := errors.AsType[types.Error](err); !ok || !found.Soft || unused {
				wrong = errors.Join(wrong, err)
			}
		},
	}
	_, _ = config.Check("p", fset, []*ast.File{parsed}, nil) // it tells Error
	return wrong
}

// exportData returns the compiled form of each package that a snippet may use.
func exportData(t *testing.T) map[string]string {
	t.Helper()
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, imports...)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	exports := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	return exports
}
