// Package report reads the rows of a report's document, as webstore.Client.DownloadReport writes
// it.
//
//	rows := report.NewReader(file)
//	var fees report.Sum
//	for row, err := range rows.Settlement() {
//		if err != nil {
//			return err // the sum is incomplete
//		}
//		if err := fees.Add(row.TotalTransactionFee); err != nil {
//			return err
//		}
//	}
//	fmt.Println(fees.String())
//
// [Reader.Settlement] has typed rows, with fees, for the two settlement reports. The columns of
// other reports are not documented: [Reader.Rows] gives the values of any report by the names in
// its header. [Sum] adds amounts exactly.
//
// # Documents saved by a spreadsheet
//
// [Reader] accepts what spreadsheets and shells do to a document: other separators, line ends and
// encodings, lines padded to one width, empty lines. [Reader.Settlement] does not guess at values.
// A rewritten amount, date, currency or id is an error, never another amount. A change that leaves
// no trace, such as 12.10 becoming another number, cannot be found: keep the document as it was
// downloaded.
//
// # Incomplete documents
//
// A document that breaks off within a row is an error: a row with too few values, a quote that is
// not closed, a last line without a line end. A document that breaks off between two rows looks
// complete. So download with DownloadReport, which knows the length, and read the rows after it has
// returned without an error; or use a sum only if both the download and the rows have ended without
// one.
//
// # What is not certain
//
// The transaction types Capture, Refund, Transfer and Reserve are known from real documents. The
// spelling of the others is from the documentation, which spells A-to-z claims in several ways: see
// [TransactionType.IsAToZClaim].
package report
