//go:build !linux || android || faketime || !(amd64 || arm64)

package libcrypto

import (
	"crypto/rsa"
	"fmt"
	"runtime"
)

func newOpenSSLKey(*rsa.PrivateKey) (implementation, string, error) {
	return nil, "", fmt.Errorf("only linux/amd64 and linux/arm64 are supported, this is %s/%s", runtime.GOOS, runtime.GOARCH)
}
