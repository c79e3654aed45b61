// Package libcrypto signs with the machine's OpenSSL 3 instead of Go's crypto/rsa.
//
// It is for programs whose speed is limited by signing. On a processor with AVX512-IFMA, OpenSSL
// signs with a 2048-bit key in about a quarter of a millisecond, less than a third of the time of
// crypto/rsa. On other processors it takes about two thirds of the time. Measure on the target
// machine with go test -bench=Sign. Most programs wait for Amazon Pay hundreds of times longer than
// they sign, and gain nothing.
//
//	key, err := signing.ParsePrivateKey(pem)
//	signer, err := libcrypto.NewOrGo(key)
//	defer signer.Close()
//	client, err := amazonpay.New(amazonpay.Config{
//		PublicKeyID: "SANDBOX-ABC123",
//		PrivateKey:  signer,
//		Region:      amazonpay.RegionEU,
//	})
//
// A [Signer] is a [crypto.Signer] for [github.com/amazonpay-go/sdk/amazonpay.Config] and for
// [github.com/amazonpay-go/sdk/signing.NewSigner]. It makes only the two kinds of signature that
// Amazon Pay accepts. Everything in this package is safe for concurrent use.
//
// # Platforms
//
// The package is a separate module, so it affects only programs that import it. It builds without
// cgo and for every platform, but uses OpenSSL only on linux/amd64 and linux/arm64. Elsewhere [New]
// returns [ErrUnavailable], and [NewOrGo] uses crypto/rsa.
//
// On these two platforms, a program that imports the package is dynamically linked, even with
// CGO_ENABLED=0. It requires glibc's loader, libc.so.6, libdl.so.2 and libpthread.so.0 to start. It
// does not start in an image without glibc, such as scratch or Alpine. Debian, Ubuntu and Fedora
// have glibc.
//
// A program that uses cgo may use this package too, and the race detector works.
//
// # Which library
//
// The first call of [New] or [NewOrGo] in a process loads libcrypto.so.3 from where the dynamic
// linker finds it. On Debian and Ubuntu it is in the package libssl3 or libssl3t64. Only OpenSSL 3
// is accepted: functions may differ in other major versions, and do differ in LibreSSL and
// BoringSSL. A loaded library stays loaded, even if it is refused.
//
// The environment variable AMAZONPAY_LIBCRYPTO selects another library. It is read once per
// process. Its value is an absolute path, or a name without a slash, which the dynamic linker looks
// up. A relative path is an error of [New]; after [NewOrGo], [Signer.Fallback] returns it.
//
// # Security
//
// The library receives the private key. The package therefore trusts everybody who can write to the
// directories of the dynamic linker or set the program's environment: AMAZONPAY_LIBCRYPTO and
// LD_LIBRARY_PATH select libraries, and OPENSSL_CONF and OPENSSL_MODULES make OpenSSL load more.
//
// A program with other rights than its user (setuid, setgid or file capabilities) does not trust
// that user's environment. This package then ignores AMAZONPAY_LIBCRYPTO, the dynamic linker
// ignores LD_LIBRARY_PATH, and OpenSSL ignores its two variables.
//
// # OpenSSL in the process
//
// OpenSSL reads its configuration (openssl.cnf) as in any other program, so the system's choice of
// providers, such as FIPS, applies to [New]. A [NewOrGo] that falls back does not follow it; to
// enforce it, use New.
//
// OpenSSL's exit handler would free memory that goroutines still use. It is not installed, unless
// other C code in the process used the same OpenSSL first. A Go program does not call it in any
// case.
//
// # Uncertain
//
// On linux/arm64 the package has run only in an emulator (QEMU).
package libcrypto
