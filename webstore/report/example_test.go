package report_test

import (
	"fmt"
	"strings"

	"github.com/amazonpay-go/sdk/webstore/report"
)

const settlementDocument = `"SellerId","A1EXAMPLE"
"SettlementStartDate","2026-11-01T00:00:00 +0000"
"SettlementEndDate","2026-11-02T00:00:00 +0000"

"TransactionPostedDate","SettlementId","AmazonTransactionId","TransactionType","CurrencyCode","TransactionAmount","TotalTransactionFee","NetTransactionAmount"
"2026-11-01T10:00:00-0000","5044561311","P01-0000000-0000000-C000001","Capture","USD","14.00","-0.71","13.29"
"2026-11-01T11:00:00-0000","5044561311","P01-0000000-0000000-C000002","Capture","USD","0.10","-0.30","-0.20"
`

func ExampleReader_Settlement() {
	var fees, net report.Sum
	for row, err := range report.NewReader(strings.NewReader(settlementDocument)).Settlement() {
		if err != nil {
			fmt.Println(err) // and the sums are not the whole
			return
		}
		if err := fees.Add(row.TotalTransactionFee); err != nil {
			fmt.Println(err)
			return
		}
		if err := net.Add(row.NetTransactionAmount); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println("fees", fees.String(), "net", net.String())
	// Output: fees -1.01 net 13.09
}

func ExampleReader_Rows() {
	const document = "OrderId\tState\tAmount\nS01-0000000-0000000\tClosed\t14.00\n"
	for row, err := range report.NewReader(strings.NewReader(document)).Rows() {
		if err != nil {
			fmt.Println(err)
			return
		}
		state, _ := row.Get("State")
		fmt.Println(state)
	}
	// Output: Closed
}
