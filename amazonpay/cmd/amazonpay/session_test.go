package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHelp(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	all := p.types("--help")
	assert.Zero(t, all.code)
	for _, title := range []string{"Find out and try:", "Without an account:", "The API, an operation each:", "Set up:", "Account:", "charges", "emulator"} {
		assert.Contains(t, all.out, title)
	}
	assert.Empty(t, all.err)
	var out strings.Builder
	assert.Zero(t, run(t.Context(), nil, nil, &out, &out))
	assert.Contains(t, out.String(), "The API, an operation each:", "no argument is a question, too")
	one := p.types("charges", "create", "--help")
	assert.Zero(t, one.code)
	assert.Contains(t, one.out, "--idempotency-key=KEY")
	assert.Contains(t, p.types("--version").out, "amazonpay 0.")
	man := p.types("man")
	assert.Zero(t, man.code)
	assert.Contains(t, man.out, ".TH AMAZONPAY 1")
	assert.Contains(t, man.out, "idempotency")
}

// completes returns what a shell offers after a line.
func completes(t *testing.T, line string) []string {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0])
	program.Env = append(os.Environ(), "RUN_AMAZONPAY=1", "COMP_LINE="+line)
	out, err := program.Output()
	require.NoError(t, err)
	return slices.Sorted(slices.Values(strings.Fields(string(out))))
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	assert.Contains(t, completes(t, "amazonpay "), "charges")
	assert.Equal(t, []string{"charge-permissions", "charges"}, completes(t, "amazonpay charge"))
	assert.Contains(t, completes(t, "amazonpay charges "), "capture")
	assert.Equal(t, []string{"--idempotency-key"}, completes(t, "amazonpay charges capture x --idem"))
	assert.Contains(t, completes(t, "amazonpay emulator trigger charge."), "charge.declined")
	assert.Equal(t, []string{"loseAnswer"}, completes(t, "amazonpay emulator fault lose"))
	assert.Contains(t, completes(t, "amazonpay emulator fixtures fixtures_"), "fixtures_test.go")
	assert.Contains(t, completes(t, "amazonpay charges create --input oper"), "operate.go")
}

func TestInstallCompletions(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	done := p.types("install-completions")
	if done.code == 0 && !strings.Contains(done.out, "fish") { // by the login shell
		assert.Contains(t, done.out, "complete -o default -C ")
	}
	p.refuses(exitUsage, []string{"unknown flag --uninstall"}, "install-completions", "--uninstall")
	p.refuses(exitUsage, []string{"unexpected argument fixture", "Run amazonpay emulator --help to see its commands"}, "emulator", "fixture", "story.yaml")
}

// What is not a terminal gets no colours.
func TestNoColoursInAPipe(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	for _, args := range [][]string{{"charges", "get", "x"}, {"emulator", "logs", "--no-follow"}, {"emulator", "trigger"}} {
		done := p.types(args...)
		assert.NotContains(t, done.out+done.err, "\x1b")
	}
	assert.Equal(t, "text\nline\t.", harmless("te\x1bxt\n\x07line\t\u009b.\r"))
}

// The README's commands and flags are those of the program.
func TestREADME(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	parser, err := newSession(t.Context(), nil, os.Stdout, os.Stderr).parser(everyCommand)
	require.NoError(t, err)
	commands := regexp.MustCompile(`(?m)^\$ (?:.*\| )?amazonpay ([^|>#\n]*)`).FindAllStringSubmatch(string(readme), -1)
	assert.Greater(t, len(commands), 20)
	for _, command := range commands {
		words := shellWords(t, command[1])
		_, err = parser.Parse(words)
		assert.NoError(t, err, "%v", words)
	}
}

// shellWords splits a line as a shell does.
func shellWords(t *testing.T, line string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", "-c", `for word in `+line+`; do printf '%s\n' "$word"; done`).Output()
	require.NoError(t, err, line)
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// BenchmarkColdStart runs the program anew to its help. ns/op is to be compared with that of true:
// make amazonpay; cd amazonpay/cmd/amazonpay; go test -run '^$' -bench ColdStart .
func BenchmarkColdStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "amazonpay")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(b, err, "%s", out)
	info, err := os.Stat(program)
	require.NoError(b, err)
	for name, args := range map[string][]string{"true": {"true"}, "amazonpay_--help": {program, "--help"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := exec.CommandContext(b.Context(), args[0], args[1:]...).Run(); err != nil {
					b.Fatal(err)
				}
			}
			if args[0] == program {
				b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
			}
		})
	}
}

// A script whose variable is empty must not act for another account, or with a new key.
func TestFlagWithoutAValue(t *testing.T) {
	p := withEmulator(t)
	before := len(p.server.Requests())
	for _, flag := range []string{"--idempotency-key", "--auth-token-file", "--simulation-code", "--input"} {
		for _, args := range [][]string{{flag, ""}, {flag + "="}} {
			p.refuses(exitUsage, []string{flag + " is empty"}, append([]string{"charges", "capture", "x", "-f", "captureAmount=1.00 USD"}, args...)...)
		}
	}
	p.refuses(exitUsage, []string{"--profile is empty"}, "charges", "get", "x", "--profile", "")
	p.refuses(exitUsage, []string{"--emulator-file is empty"}, "charges", "get", "x", "--emulator-file", "")
	assert.Len(t, p.server.Requests(), before)

	t.Setenv("AMAZON_PAY_PROFILE", "")
	assert.Zero(t, p.types("whoami").code, "a variable that is empty is none")
}
