package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const module = "github.com/amazonpay-go/sdk"

// loader type-checks the module's packages from source. It takes every other package for an empty
// one, so that nothing has to be compiled or downloaded. Their types do not matter here.
type loader struct {
	root  string // the directory of the module
	files *token.FileSet
	known map[string]*types.Package
}

func newLoader(dir string) (*loader, error) {
	for root := dir; ; root = filepath.Dir(root) {
		if text, err := os.ReadFile(filepath.Join(root, "go.mod")); err == nil { //nolint:gosec // the directory is the caller's
			if line, _, _ := strings.Cut(string(text), "\n"); line != "module "+module {
				return nil, fmt.Errorf("%s is not the go.mod of %s", filepath.Join(root, "go.mod"), module)
			}
			return &loader{root, token.NewFileSet(), make(map[string]*types.Package)}, nil
		}
		if root == filepath.Dir(root) {
			return nil, fmt.Errorf("%s is in no module", dir)
		}
	}
}

// Import implements [types.Importer].
func (l *loader) Import(name string) (*types.Package, error) {
	if known, ok := l.known[name]; ok {
		return known, nil
	}
	if dir, ok := strings.CutPrefix(name, module+"/"); ok {
		pkg, _, err := l.load(filepath.Join(l.root, filepath.FromSlash(dir)), true)
		l.known[name] = pkg
		return pkg, err
	}
	empty := types.NewPackage(name, path.Base(name))
	empty.MarkComplete()
	l.known[name] = empty
	return empty, nil
}

// load type-checks the package in dir, with or without the generated file.
func (l *loader) load(dir string, generated bool) (*types.Package, []*ast.File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	var parsed []*ast.File
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == File && !generated {
			continue
		}
		file, err := parser.ParseFile(l.files, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, err
		}
		parsed = append(parsed, file)
	}
	if len(parsed) == 0 {
		return nil, nil, fmt.Errorf("%s has no Go files", dir)
	}
	rel, err := filepath.Rel(l.root, dir)
	if err != nil {
		return nil, nil, err
	}
	// The empty packages cause errors, which are ignored. A field whose type is unknown for that
	// reason cannot be shown.
	config := types.Config{Importer: l, IgnoreFuncBodies: true, Error: func(error) {}}
	pkg, _ := config.Check(path.Join(module, filepath.ToSlash(rel)), l.files, parsed, nil)
	return pkg, parsed, nil
}
