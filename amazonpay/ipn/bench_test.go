package ipn_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkVerify measures verified messages a second on all cores, with the certificate at hand.
func BenchmarkVerify(b *testing.B) {
	s := sharedSNS(b)
	for _, version := range []string{"1", "2"} {
		b.Run("version "+version, func(b *testing.B) {
			v := newVerifier(b, s)
			m := s.Notify(charge, noon)
			m.SignatureVersion = version
			body := s.Sign(m).JSON()
			_, err := v.Verify(b.Context(), body)
			require.NoError(b, err)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := v.Verify(b.Context(), body); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
