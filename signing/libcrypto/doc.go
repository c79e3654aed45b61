// Package libcrypto signs with the OpenSSL 3 of the machine in place of Go's crypto/rsa.
//
// It is for programs that sign so much that the processor is the limit. On a processor with AVX512-IFMA OpenSSL
// takes about a quarter of a millisecond for a signature with a key of 2048 bits, less than a third of what
// crypto/rsa takes; without it about two thirds. Measure it where the program runs, with go test -bench=Sign. Most
// programs wait for Amazon Pay hundreds of times longer than they sign, and gain nothing.
//
//	key, err := signing.ParsePrivateKey(pem)
//	signer, err := libcrypto.NewOrGo(key)
//	defer signer.Close()
//	client, err := amazonpay.New(amazonpay.Config{PublicKeyID: "SANDBOX-ABC123", PrivateKey: signer, Region: amazonpay.RegionEU})
//
// A signer is a [crypto.Signer] for [github.com/amazonpay-go/sdk/amazonpay.Config] and for
// [github.com/amazonpay-go/sdk/signing.NewSigner]. It makes the two kinds of signature that Amazon Pay knows, and no
// others. Everything in this package is safe for concurrent use.
//
// # What it changes in a program
//
// The package is a module of its own, so that a program that does not import it has none of this.
//
// It builds without cgo and for every platform, but uses OpenSSL on linux/amd64 and linux/arm64 only; the second has
// run in an emulator (QEMU), never on such a processor. Elsewhere [New] returns [ErrUnavailable], and [NewOrGo] uses
// crypto/rsa.
//
// On those two a program that imports it is linked dynamically, with CGO_ENABLED=0 too: it needs glibc's loader,
// libc.so.6, libdl.so.2 and libpthread.so.0 to start at all, whether it calls this package or not. It does not start
// in an image without glibc, such as scratch or Alpine; Debian, Ubuntu and Fedora have it.
//
// # Which library
//
// The first [New] or [NewOrGo] of a process loads libcrypto.so.3 from where the dynamic linker finds it; Debian and
// Ubuntu have it in the package libssl3 or libssl3t64. Only OpenSSL 3 is accepted: the functions may differ in any other
// major version (4 too), and do differ in LibreSSL and BoringSSL. A library that is refused after it was loaded stays
// loaded, and so does the one that is used.
//
// The environment variable AMAZONPAY_LIBCRYPTO names another library. It is either an absolute path or a name without a
// slash, which the dynamic linker looks up as it does libcrypto.so.3. A relative path is refused: [New] returns an
// error, [Signer.Fallback] has it after [NewOrGo]. The variable is read once per process.
//
// # What it trusts
//
// The library gets the private key. The package therefore trusts whoever can write to the directories of the dynamic
// linker, and whoever sets the program's environment: AMAZONPAY_LIBCRYPTO and LD_LIBRARY_PATH name libraries, and
// OPENSSL_CONF and OPENSSL_MODULES have OpenSSL load more of them.
//
// A program that runs with other rights than its user's (setuid, setgid or file capabilities) does not trust that
// user's environment. This package then ignores AMAZONPAY_LIBCRYPTO, the dynamic linker ignores LD_LIBRARY_PATH, and
// OpenSSL ignores its own two variables.
//
// # OpenSSL in the process
//
// OpenSSL reads its configuration (openssl.cnf) as it does in any other program, so the system's choice of providers,
// FIPS for one, holds for [New]. A [NewOrGo] that falls back leaves it; a program that must not do so calls New.
// OpenSSL's handler at the exit of the process, which would free what goroutines still use, is not installed, unless another
// part of the process (in C) has used the same OpenSSL before. A Go program that ends does not call it in any case.
//
// A program that uses cgo may use this package too, and the race detector works.
package libcrypto
