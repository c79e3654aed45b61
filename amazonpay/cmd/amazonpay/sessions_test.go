package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The sessions are typed by a new user, against the emulator inside or one that runs. With -v they
// are printed with all that the program says: go test -v -run Sessions .
func TestSessions(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/sessions",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("AMAZON_PAY_CONFIG_DIR", env.Getenv("WORK")+"/config")
			env.Setenv("HOME", env.Getenv("WORK"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"member": keepMember,
			"appears": func(ts *testscript.TestScript, _ bool, args []string) {
				tick := time.NewTicker(10 * time.Millisecond)
				defer tick.Stop()
				for range 1000 {
					if info, err := os.Stat(ts.MkAbs(args[0])); err == nil && info.Size() > 0 {
						return
					}
					<-tick.C
				}
				ts.Fatalf("%s does not appear", args[0])
			},
		},
	})
}

// keepMember is the command member NAME PATH: it keeps a member of what was printed as JSON in the
// variable NAME.
func keepMember(ts *testscript.TestScript, _ bool, args []string) {
	var at any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &at))
	for name := range strings.SplitSeq(args[1], ".") {
		members, ok := at.(map[string]any)
		if !ok {
			ts.Fatalf("there is no %s", args[1])
		}
		at = members[name]
	}
	text, ok := at.(string)
	if !ok {
		ts.Fatalf("%s is no text", args[1])
	}
	ts.Setenv(args[0], text)
}
