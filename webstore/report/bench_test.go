package report_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/amazonpay-go/sdk/webstore/report"
)

// document is a settlement report of about 10 MB.
var document = []byte(settlementHeader + strings.Repeat(settlementLine, 10<<20/len(settlementLine)))

func BenchmarkSettlement(b *testing.B) {
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		var fees report.Sum
		for row, err := range report.NewReader(bytes.NewReader(document)).Settlement() {
			if err != nil {
				b.Fatal(err)
			}
			if err := fees.Add(row.TotalTransactionFee); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkRows(b *testing.B) {
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range report.NewReader(bytes.NewReader(document)).Rows() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkEncodingCSV is the reference for the others.
func BenchmarkEncodingCSV(b *testing.B) {
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(document))
		r.ReuseRecord, r.FieldsPerRecord = true, -1
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}
