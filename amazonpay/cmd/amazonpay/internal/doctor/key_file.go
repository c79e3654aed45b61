package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// keySource is where the text of the key comes from, for shell commands.
type keySource struct {
	name string // of the value, in findings
	file string // empty: a variable or a profile holds the text
}

// feed returns a shell command that reads the key from its standard input.
func (k keySource) feed(command string) string {
	switch {
	case k.file != "" && strings.Contains(command, " | "):
		return "cat " + quoted(k.file) + " | " + command
	case k.file != "":
		return command + " < " + quoted(k.file)
	case variable.MatchString(k.name):
		return `printf '%s' "$` + k.name + `" | ` + command
	}
	return command + " < key.pem"
}

// mended is the name of the file that a command writes: neither the one that it reads, nor another
// key in this folder.
func (k keySource) mended() string {
	for _, name := range []string{"private.pem", "mended.pem"} {
		if _, err := os.Lstat(name); filepath.Base(k.file) != name && errors.Is(err, fs.ErrNotExist) {
			return name
		}
	}
	return "mended-2.pem"
}

// use tells to set the mended key.
func (k keySource) use() string {
	if k.file == "" {
		return "Then set " + envPrivateKeyFile + " to " + k.mended() + " instead of " + k.name + "."
	}
	return "Then set " + k.name + " to " + k.mended() + "."
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./@%+=:,-]+$`)

// quoted returns a word for a POSIX shell.
func quoted(word string) string {
	if strings.HasPrefix(word, "-") {
		word = "./" + word
	}
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

const howToGetKey = "Download the private key of the public key id from Seller Central, Integration Central, API keys (it is shown once), or make a new pair there."

func (e *examination) checkKeyGiven() Finding {
	text, file := e.setup.PrivateKey, e.setup.PrivateKeyFile
	switch {
	case text == (amazonpay.Secret{}) && file.Text == "":
		return failed(e.setup.PrivateKeySource+" and "+file.Source+" are empty",
			"A client cannot sign without a private key.", "Set "+file.Source+" to the name of the key's PEM file. "+howToGetKey)
	case text != (amazonpay.Secret{}) && file.Text != "":
		next, command := "Remove one of them.", ""
		if variable.MatchString(e.setup.PrivateKeySource) {
			command = "unset " + e.setup.PrivateKeySource
		}
		return failed(e.setup.PrivateKeySource+" and "+file.Source+" are both set",
			"A client takes exactly one private key, and does not guess which.", next).run(command)
	case text != (amazonpay.Secret{}):
		e.key = keySource{name: e.setup.PrivateKeySource}
		return ok("the text of the key, in " + e.setup.PrivateKeySource)
	}
	e.key = keySource{name: file.Source, file: file.Text}
	return ok("the name of a file, in " + file.Source)
}

const (
	longestName = 1000    // as amazonpay.Config has it: a key in base64 is longer
	largestKey  = 1 << 20 // bytes
)

// isKeyText reports whether the name of a file is the key itself.
func isKeyText(name string) bool {
	return len(name) > longestName || strings.Contains(name, "-----BEGIN") || strings.ContainsAny(name, "\r\n")
}

func (e *examination) checkKeyFile() Finding {
	name, source := e.key.file, e.key.name
	if isKeyText(name) {
		next := "Set " + source + " to the name of a file that holds the key"
		if source == envPrivateKeyFile {
			next += ", or move the text to " + envPrivateKey
		}
		return failed(source+" holds the key itself", "It must hold the name of the key's file.", next+".")
	}
	info, err := os.Stat(name)
	if err != nil {
		return e.noKeyFile(name, err)
	}
	found := "the file " + shownName(name)
	switch {
	case info.IsDir():
		return failed(found+" is a directory", "It must be the key's PEM file.", "Name the file in it.").run("ls -l " + quoted(name))
	case !info.Mode().IsRegular():
		return failed(found+" is a pipe or a device", "It can be read only once, and a client reads it again whenever it is made.", "Write the key to a file.")
	case info.Size() > largestKey:
		return failed(fmt.Sprintf("%s has %d bytes", found, info.Size()), "A private key has about two thousand.", "Name the key's PEM file.")
	}
	if e.text, err = os.ReadFile(name); err != nil { //nolint:gosec // the setup names the file
		return e.noKeyFile(name, err)
	}
	const others = 0o077
	if mode := info.Mode().Perm(); mode&others != 0 && runtime.GOOS != "windows" {
		return warning(fmt.Sprintf("%s, %d bytes, mode %04o", found, info.Size(), mode), "Other users of this machine can read the key, or replace it.",
			"Let its owner alone read it.").run("chmod 600 " + quoted(name))
	}
	return ok(fmt.Sprintf("%s, %d bytes", found, info.Size()))
}

// shownName quotes the name of a file, unless it may be something else.
func shownName(name string) string {
	const most = 300
	if len(name) > most {
		return fmt.Sprintf("a name of %d bytes", len(name))
	}
	return fmt.Sprintf("%q", name)
}

// noKeyFile explains why a file cannot be read.
func (e *examination) noKeyFile(name string, err error) Finding {
	v := e.setup.PrivateKeyFile
	found := "the file " + shownName(name) + " of " + v.Source + " cannot be read"
	exists := func(name string) bool {
		_, err := os.Stat(name)
		return err == nil
	}
	if unquoted := bare(name); unquoted != name && (exists(unquoted) || !errors.Is(err, fs.ErrPermission)) {
		next, command := v.set(quoted(unquoted))
		return failed(found, "There are spaces or quotes around its name, and they are a part of it.", next).run(command)
	}
	if errors.Is(err, fs.ErrPermission) {
		user := "this user"
		if id := os.Getuid(); id >= 0 {
			user = fmt.Sprintf("the user with the id %d, as whom this runs,", id)
		}
		return failed(found, "It belongs to another user, or to a directory of another user: "+user+" may not read it.",
			"Give the file to the user that runs the shop.").run("ls -ld " + quoted(name) + " " + quoted(filepath.Dir(name)))
	}
	if rest, has := strings.CutPrefix(name, "file://"); has {
		next, command := v.set(quoted(rest))
		return failed(found, "It is a URL, not the name of a file.", next).run(command)
	}
	if strings.HasPrefix(name, "~") || strings.HasPrefix(name, "$") || strings.HasPrefix(name, "%") {
		return failed(found, "Only a shell replaces ~, $NAME or %NAME% by what they stand for, and no shell has read this name.", "Write the whole path, from /.")
	}
	if target, err := os.Readlink(name); err == nil {
		return failed(found, "It is a symbolic link to "+shownName(target)+", which does not exist.", "Mount or copy the key to where the link leads.").run("ls -l " + quoted(name))
	}
	if strings.Contains(name, ".") || strings.ContainsAny(name, `/\`) {
		where := "."
		if !filepath.IsAbs(name) {
			if dir, err := os.Getwd(); err == nil {
				where = fmt.Sprintf(": the name counts from the working directory, %q.", dir)
			}
		}
		return failed(found, "It does not exist"+where, "Write the whole path of the key's file, as this process sees it (in a container, the path inside).").run("ls -l " + quoted(filepath.Dir(name)))
	}
	return failed("the value of "+v.Source+" is no file", "It must hold the name of the key's file.", "Set it to the path of the PEM file. "+howToGetKey)
}
