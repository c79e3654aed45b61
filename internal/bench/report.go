//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/report"
)

const (
	reportRounds     = 3
	goalReportMemory = 32 // MB
	goalReportSpeed  = 0.5
	blockRows        = 1024
	documentPath     = "/presigned/document"
	reportSummary    = `"SellerId","A1XX111XXX111XXX"` + "\n" + `"SettlementStartDate","2026-11-01T00:00:00-0000"` + "\n" +
		`"SettlementEndDate","2026-11-02T00:00:00-0000"` + "\n" + `"SellerId","A1XX111XXX111XXX"` + "\n\n" +
		`"TransactionPostedDate","SettlementId","AmazonTransactionId","SellerReferenceId","TransactionType","AmazonOrderReferenceId","SellerOrderId",` +
		`"StoreName","CurrencyCode","TransactionDescription","TransactionAmount","TransactionPercentageFee","TransactionFixedFee","TotalTransactionFee",` +
		`"NetTransactionAmount"` + "\n"
)

// reportBlock returns 1,024 captures with a fee of 0.71 or more each, and the sum of the fees in
// hundredths. It is made on first use, so that a program that makes one call does not pay for it.
var reportBlock = sync.OnceValues(func() (block []byte, fees int64) {
	var b bytes.Buffer
	for i := range int64(blockRows) {
		fee := 71 + i
		fees -= fee
		_, _ = fmt.Fprintf(&b, `"2026-11-01T15:48:%02d-0000","5044561311","P01-2400747-7777779-C08%04d","OALP12345678","Capture","P01-2400747-7777779",`+
			`"order-%04d","Example shop, Inc.","USD","Capture","%d.00","-0.41","-%d.%02d","-%d.%02d","%d.29","x"`+"\n", i%60, i, i, 14+i, (fee-41)/100, (fee-41)%100, fee/100, fee%100, 13+i)
	}
	return bytes.ReplaceAll(b.Bytes(), []byte(`,"x"`), nil), fees
})

const reportBlocks = 4_700 // 1 GB

func reportSize() int64 {
	block, _ := reportBlock()
	return int64(len(reportSummary)) + reportBlocks*int64(len(block))
}

// reportReader reads the document from memory.
func reportReader() io.Reader {
	block, _ := reportBlock()
	return io.MultiReader(strings.NewReader(reportSummary), &repeated{block: block, left: reportBlocks})
}

// repeated reads a block several times.
type repeated struct {
	block []byte
	left  int
	at    int
}

func (r *repeated) Read(b []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(b, r.block[r.at:])
	if r.at += n; r.at == len(r.block) {
		r.at, r.left = 0, r.left-1
	}
	return n, nil
}

// serveReport answers the two requests of a download.
func serveReport(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != documentPath {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"reportDocumentId":"document-1","url":"https://%s%s","compressionAlgorithm":"N/A"}`, r.Host, documentPath) //nolint:gosec // The reader is this program.
		return
	}
	w.Header().Set("Content-Type", "text/csv")
	w.Header().Set("Content-Length", strconv.FormatInt(reportSize(), 10))
	_, _ = io.WriteString(w, reportSummary)
	block, _ := reportBlock()
	for range reportBlocks {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// outcome is what the process that read the report prints.
type outcome struct {
	Rows    int     `json:"rows"`
	Fees    string  `json:"fees"`
	Seconds float64 `json:"seconds"`
	PeakKB  float64 `json:"peakKb"`
}

// compareReport reads the report through DownloadReport and the typed rows in a process of its own,
// and the same bytes with encoding/csv from memory, in turn.
func compareReport(ctx context.Context, t target) error {
	var ratios, speeds, peaks []float64
	for range reportRounds {
		standard, err := readCSV()
		if err != nil {
			return err
		}
		cmd, err := self(ctx, "", "report")
		if err != nil {
			return err
		}
		stdin, err := json.Marshal(t)
		if err != nil {
			return err
		}
		cmd.Stdin = bytes.NewReader(stdin)
		out, err := cmd.Output()
		if err != nil {
			return err
		}
		var o outcome
		if err := json.Unmarshal(out, &o); err != nil {
			return err
		}
		_, fees := reportBlock()
		fees *= reportBlocks
		if want := fmt.Sprintf("-%d.%02d", -fees/100, -fees%100); o.Rows != reportBlocks*blockRows || o.Fees != want {
			return fmt.Errorf("the report has %d rows with fees of %s, not %d with %s", o.Rows, o.Fees, reportBlocks*blockRows, want)
		}
		ratios = append(ratios, standard.Seconds()/o.Seconds)
		speeds = append(speeds, float64(reportSize())/1e6/o.Seconds)
		peaks = append(peaks, megabytes(o.PeakKB))
	}
	_, err := fmt.Fprintf(os.Stdout, "report of %.2f GB, %d rows: %s MB/s, sdk/encoding/csv speed %s, goal %.2f: %s; peak memory %s MB, goal %d: %s\n",
		float64(reportSize())/1e9, reportBlocks*blockRows, spread(speeds, 0), spread(ratios, 2), goalReportSpeed, verdict(median(ratios) >= goalReportSpeed),
		spread(peaks, 1), goalReportMemory, verdict(median(peaks) < goalReportMemory))
	return err
}

// readCSV returns how long encoding/csv takes.
func readCSV() (time.Duration, error) {
	start := time.Now()
	rows := csv.NewReader(reportReader())
	rows.ReuseRecord, rows.FieldsPerRecord = true, -1
	for {
		if _, err := rows.Read(); errors.Is(err, io.EOF) {
			return time.Since(start), nil
		} else if err != nil {
			return 0, err
		}
	}
}

// readReport runs as the process that reads the report.
func readReport(ctx context.Context) error {
	var t target
	if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
		return err
	}
	base := transport.NewBase()
	base.TLSClientConfig, _ = counting(t)
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: keyID, PrivateKeyPEM: amazonpay.NewSecret(t.KeyPEM), Region: amazonpay.RegionUS, BaseURL: t.URL,
	}, amazonpay.WithRoundTripper(base))
	if err != nil {
		return err
	}
	start := time.Now()
	reader, writer := io.Pipe()
	go func() {
		buffer := bufio.NewWriterSize(writer, 1<<20) // the pipe hands over each write by itself
		_, err := webstore.New(client).DownloadReport(ctx, "document-1", buffer)
		_ = writer.CloseWithError(errors.Join(err, buffer.Flush())) // nil: the end
	}()
	var o outcome
	var fees report.Sum
	for row, err := range report.NewReader(reader).Settlement() {
		if err != nil {
			return err
		}
		if err := fees.Add(row.TotalTransactionFee); err != nil {
			return err
		}
		o.Rows++
	}
	o.Seconds, o.Fees = time.Since(start).Seconds(), fees.String()
	if o.PeakKB, err = peakKB(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}
