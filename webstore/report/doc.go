// Package report reads the rows of a report's document, as
// webstore.Client.DownloadReport writes it.
//
//	rows := report.NewReader(file)
//	var fees report.Sum
//	for row, err := range rows.Settlement() {
//		if err != nil {
//			return err // the sum is not the whole
//		}
//		if err := fees.Add(row.TotalTransactionFee); err != nil {
//			return err
//		}
//	}
//	fmt.Println(fees.String())
//
// [Reader.Settlement] has typed rows, fees included, for the two settlement reports. The columns of
// the other reports are not documented: [Reader.Rows] gives the values of any report by
// the names of its own header.
//
// # Documents that a spreadsheet has saved
//
// [Reader] takes the forms in which spreadsheets and shells save a document: other separators, line
// ends and encodings, lines of the same width, empty lines. [Reader.Settlement] does not guess at
// values: an amount, a date, a currency or an id that was rewritten is an error, never another
// amount. What a spreadsheet changes without a trace, such as 12.10 that became another number,
// cannot be found: keep the document as it was downloaded.
//
// # What is a whole document
//
// A document that breaks off in a row is an error: a row with too few values, a quote that
// is not closed, a last line without a line end. One that breaks off between two rows
// cannot be told from a whole one, so download it with DownloadReport, which knows the document's
// length, and read the rows once it has returned without an error; or act on sums only when both the
// download and the rows have ended without one.
package report
