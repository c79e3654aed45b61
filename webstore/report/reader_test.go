package report_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/webstore/report"
)

// read returns all values of all rows, and the error that ended them.
func read(r *report.Reader) (rows [][]string, err error) {
	for row, err := range r.Rows() {
		if err != nil {
			return rows, err
		}
		var values []string
		for _, value := range row.All() {
			values = append(values, value)
		}
		rows = append(rows, values)
	}
	return rows, nil
}

func utf16Of(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestForms(t *testing.T) {
	t.Parallel()
	want := [][]string{{"1", "a,b", "x"}, {"2", `say "no"`, ""}}
	for name, text := range map[string]string{
		"commas":                             "id,text,more\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",\n",
		"tabs":                               "id\ttext\tmore\n1\ta,b\tx\n2\t\"say \"\"no\"\"\"\t\n",
		"CRLF":                               "id,text,more\r\n1,\"a,b\",x\r\n2,\"say \"\"no\"\"\",\r\n",
		"byte-order mark":                    "\ufeffid,text,more\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",\n",
		"quoted, with a BOM":                 "\ufeff\"id\",\"text\",\"more\"\n\"1\",\"a,b\",\"x\"\n\"2\",\"say \"\"no\"\"\",\"\"\n",
		"summary lines":                      "\"SellerId\",\"A1\"\n\"SettlementStartDate\",\"2015-05-18T14:37:01-0700\"\n\n\"id\",\"text\",\"more\"\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",\n",
		"CR":                                 "id,text,more\r1,\"a,b\",x\r2,\"say \"\"no\"\"\",\r",
		"CR CR LF":                           "id,text,more\r\r\n1,\"a,b\",x\r\r\n2,\"say \"\"no\"\"\",\r\r\n",
		"all line ends":                      "id,text,more\r\n1,\"a,b\",x\r2,\"say \"\"no\"\"\",\n",
		"two byte-order marks":               "\ufeff\ufeffid,text,more\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",\n",
		"semicolons":                         "id;text;more\n1;a,b;x\n2;\"say \"\"no\"\"\";\n",
		"semicolons, said in the first line": "sep=;\nid;text;more\n1;a,b;x\n2;\"say \"\"no\"\"\";\n",
		"quoted semicolons":                  "\"id\";\"text\";\"more\"\n\"1\";\"a,b\";\"x\"\n\"2\";\"say \"\"no\"\"\";\"\"\n",
		"a comma behind the header":          "id,text,more,\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",\n",
		"commas behind the rows":             "id,text,more\n1,\"a,b\",x,\n2,\"say \"\"no\"\"\",,\n",
		"commas behind every line":           "Note,,,,\nid,text,more,,\n1,\"a,b\",x,,\n2,\"say \"\"no\"\"\",,,\n",
		"commas behind some rows":            "id,text,more,,\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",,\n",
		"commas alone":                       ",,\n,,,,\nid,text,more\n,,\n1,\"a,b\",x\n,,,,,\n2,\"say \"\"no\"\"\",\n\"\",\"\",\"\"\n,,\n,,\n",
		"lines of white space":               " \n\t\nid,text,more\n1,\"a,b\",x\n  \n2,\"say \"\"no\"\"\",\n\t\n",
		"UTF-16":                             utf16Of(binary.LittleEndian, "\ufeffid\ttext\tmore\r\n1\ta,b\tx\r\n2\tsay \"no\"\t\r\n"),
		"UTF-16, big endian":                 utf16Of(binary.BigEndian, "\ufeffid,text,more\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",\n"),
		"UTF-16 without a mark":              utf16Of(binary.LittleEndian, "id,text,more\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",\n"),
		"UTF-16, big endian, without a mark": utf16Of(binary.BigEndian, "id,text,more\n1,\"a,b\",x\n2,\"say \"\"no\"\"\",\n"),
		"empty lines":                        "\n\nid,text,more\n\n1,\"a,b\",x\n\r\n2,\"say \"\"no\"\"\",\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, source := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
				r := report.NewReader(source)
				rows, err := read(r)
				require.NoError(t, err)
				assert.Equal(t, want, rows)
				columns, err := r.Columns()
				require.NoError(t, err, "also at the end")
				assert.Equal(t, []string{"id", "text", "more"}, columns)
				rest, err := read(r)
				require.NoError(t, err)
				assert.Empty(t, rest, "a document is read once")
			}
		})
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	r := report.NewReader(strings.NewReader("\"SellerId\",\"A1\"\nSettlementEndDate\t2015-05-21\nNote\n\"SellerId\",\"A1\"\n\na,b,c\n1,2,3\n"))
	summary, err := r.Summary()
	require.NoError(t, err)
	assert.Equal(t, []report.Field{{Name: "SellerId", Value: "A1"}, {Name: "SettlementEndDate", Value: "2015-05-21"}, {Name: "Note"}, {Name: "SellerId", Value: "A1"}}, summary)
	rows, err := read(r)
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"1", "2", "3"}}, rows)
}

func TestRow(t *testing.T) {
	t.Parallel()
	var rows []report.Row
	for row, err := range report.NewReader(strings.NewReader("id,text,unknown to us\n1,\"two\nlines\",x\n2,secret,y\n")).Rows() {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	require.Len(t, rows, 2)
	value, ok := rows[0].Get("text")
	assert.True(t, ok)
	assert.Equal(t, "two\nlines", value, "a row stays what it was")
	value, ok = rows[1].Get("unknown to us")
	assert.True(t, ok)
	assert.Equal(t, "y", value)
	_, ok = rows[1].Get("missing")
	assert.False(t, ok)
	assert.Equal(t, []int{2, 4}, []int{rows[0].Line(), rows[1].Line()})
	assert.Equal(t, "row of line 4 row of line 4", fmt.Sprintf("%v %#v", rows[1], rows[1]))
	_, ok = report.Row{}.Get("id")
	assert.False(t, ok)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10<<20)
	for name, row := range map[string]struct {
		text string
		rows int
		want string
	}{
		"nothing":                    {"", 0, "line 1: the document has no header"},
		"an open quote in a header":  {"\"a\nb,c", 0, "a quote is not closed"},
		"an open quote in a summary": {"\"Note\",\"a\n\nb,c,d\n", 0, "a quote is not closed"},
		"another kind of file":       {strings.Repeat("key,value\n", 5000), 0, "line 1001: the document has no header"},
		"no header":                  {"a,b\nc,d\n", 0, "the document has no header"},
		"too few values":             {"a,b,c\n1,2,3\n1,2\n", 1, "line 3: the row has 2 values, but the header has 3 columns"},
		"too many values":            {"a,b,c\n1,2,3,4\n", 0, "line 2: the row has 4 values, but the header has 3 columns"},
		"cut in a row":               {"a,b,c\n1,2,3\n1,2", 1, "line 3: the last row has no line end"},
		"cut in the last value":      {"a,b,c\n1,2,300\n1,2,30", 1, "line 3: the last row has no line end"},
		"cut in a quoted value":      {"a,b,c\n1,2,\"300\"\n1,2,\"30", 1, "line 3: a quote is not closed"},
		"cut at a quoted line's end": {"a,b,c\n1,2,\"30\n", 0, "a quote is not closed"},
		"cut behind a quote":         {"a,b,c\n1,\"2\"", 0, "line 2: the last row has no line end"},
		"text behind a quote":        {"a,b,c\n1,\"2\"x,3\n", 0, "line 2: text follows a closing quote"},
		"a column twice":             {"a,b,a\n", 0, "line 1: the header has two columns of the same name"},
		"a field of 10 MB":           {"a,b,c\n1,2,3\n1," + long + ",3\n", 1, "line 3: the line has more than 1048576 bytes"},
		"a quoted field of 10 MB":    {"a,b,c\n1,\"" + strings.Repeat("x\"\"\n", 5<<19) + "\",3\n", 0, "the line has more than 1048576 bytes"},
		"a header of 10 MB":          {long, 0, "line 1: the line has more than"},
		"Shift_JIS":                  {"a,b,c\n1,\x93\xfa\x96\x7b,3\n", 0, "line 2: the text is not UTF-8: pass the decoder"},
		"UTF-16 cut in a character":  {"\xff\xfea\x00,\x00b\x00,\x00c\x00\n\x00d", 0, "line 2: the text ends within a character"},
		"UTF-16 cut in a pair":       {"\xfe\xff\x00a\x00,\x00b\x00,\x00c\x00\n\xd8\x3d", 0, "line 2: the text ends within a character"},
		"UTF-16 without half a pair": {"\xfe\xff\x00a\x00,\x00b\x00,\x00c\x00\n\xd8\x3d\x00,\x00,\x00\n", 0, "line 2: the text is damaged UTF-16"},
		"UTF-16 later on":            {"a,b,c\n1\x00,\x002\x00", 0, "line 2: the text contains NUL"},
		"a workbook":                 {"PK\x03\x04\x14\x00\x06\x00", 0, "line 1: this is a ZIP file, as .xlsx and .ods are"},
		"an old workbook":            {"\xd0\xcf\x11\xe0\xa1\xb1", 0, "line 1: this is a workbook of a spreadsheet"},
		"gzip":                       {"\x1f\x8b\x08\x00", 0, "line 1: this is a gzip file"},
		"another separator":          {"a|b|c\n1|2|3\n", 0, "no line has three or more columns separated by tabs, commas or semicolons"},
		"lines in quotes":            {"\"a,b,c\"\n\"1,2,3\"\n", 0, "no line has three or more columns"},
		"a value without a name":     {"a,b,c,\n1,2,3,4\n", 0, "line 2: the row has 4 values, but the header has 3 columns"},
		"short by more than that":    {"a,b,c,\n1,2,3\n1,2\n", 1, "line 3: the row has 2 values, but the header has 3 columns"},
		"a longer row later":         {"a,b,c\n1,2,3\n1,2,,\n", 1, "line 3: the row has 4 values, but the header has 3 columns"},
		"cut in an empty row":        {"a,b,c\n1,2,3\n,,", 1, "line 3: the last row has no line end"},
		"CR, cut":                    {"a,b,c\r1,2,3\r4,5,6", 1, "line 3: the last row has no line end"},
		"NUL":                        {"a,b,c\n1,\x00,3\n", 0, "line 2: the text contains NUL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report.NewReader(strings.NewReader(row.text))
			rows, err := read(r)
			require.ErrorContains(t, err, row.want)
			assert.Len(t, rows, row.rows)
			var placed *report.Error
			require.ErrorAs(t, err, &placed)
			_, again := read(r)
			assert.Equal(t, err, again, "an error is the end")
		})
	}
}

// A document may be truncated anywhere: an incomplete row must never pass for a complete one.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Name,Value\n\nid,amount,text\n1,-10.25,x\n2,3.00,yy\n",
		"\"Name\",\"Value\"\n\"id\",\"amount\",\"text\"\n\"1\",\"-10.25\",\"a \"\"b\"\"\nc\"\n\"2\",\"3.00\",\"yy\"\n",
		"Name,Value,,,\nid,amount,text,\n1,-10.25,x\n2,3.00,yy,\n,,,\n",
	} {
		whole, err := read(report.NewReader(strings.NewReader(text)))
		require.NoError(t, err)
		require.Len(t, whole, 2)
		for cut := range len(text) {
			rows, err := read(report.NewReader(strings.NewReader(text[:cut])))
			for i, row := range rows {
				assert.Equal(t, whole[i], row, "cut at %d: a row is right or is not there", cut)
			}
			if err != nil {
				continue
			}
			assert.Equal(t, byte('\n'), text[cut-1], "cut at %d, in a row, and no error", cut)
		}
	}
}

func TestLineEndsInValues(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"\n", "\r\n", "\r"} {
		text := strings.ReplaceAll("a,b,c\n1,\"two\n\nlines\",3\n4,5,6\n", "\n", end)
		for _, source := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			var rows [][]string
			var lines []int
			for row, err := range report.NewReader(source).Rows() {
				require.NoError(t, err)
				var values []string
				for _, value := range row.All() {
					values = append(values, value)
				}
				rows = append(rows, values)
				lines = append(lines, row.Line())
			}
			assert.Equal(t, [][]string{{"1", "two\n\nlines", "3"}, {"4", "5", "6"}}, rows)
			assert.Equal(t, []int{2, 5}, lines)
		}
	}
}

func TestSeparatorsInNames(t *testing.T) {
	t.Parallel()
	r := report.NewReader(strings.NewReader("\"a;1;2;3\",\"b\t\",c\n1,2,3\n"))
	rows, err := read(r)
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"1", "2", "3"}}, rows)
	columns, err := r.Columns()
	require.NoError(t, err)
	assert.Equal(t, []string{"a;1;2;3", "b", "c"}, columns)
}

func TestCutAnywhereInUTF16(t *testing.T) {
	t.Parallel()
	text := utf16Of(binary.LittleEndian, "\ufeffid;amount;text;\r\n1;-10.25;\U0001f600\r\n2;3.00;yy\r\n")
	whole, err := read(report.NewReader(strings.NewReader(text)))
	require.NoError(t, err)
	require.Equal(t, [][]string{{"1", "-10.25", "\U0001f600"}, {"2", "3.00", "yy"}}, whole)
	for cut := range len(text) {
		rows, err := read(report.NewReader(strings.NewReader(text[:cut])))
		for i, row := range rows {
			assert.Equal(t, whole[i], row, "cut at %d: a row is right or is not there", cut)
		}
		if err == nil {
			assert.Contains(t, []string{"\r\x00", "\n\x00"}, text[cut-2:cut], "cut at %d, in a row, and no error", cut)
		}
	}
}

func TestUnterminated(t *testing.T) {
	t.Parallel()
	const text = "a,b,c\n1,2,3"
	_, err := read(report.NewReader(strings.NewReader(text)))
	require.ErrorIs(t, err, report.ErrUnterminated)
	rows, err := read(report.NewReader(strings.NewReader(text), report.AllowUnterminated()))
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"1", "2", "3"}}, rows)
	_, err = read(report.NewReader(strings.NewReader("a,b,c\n1,2"), report.AllowUnterminated()))
	require.ErrorContains(t, err, "the row has 2 values")
}

func TestReaderThatFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the connection broke")
	source := io.MultiReader(strings.NewReader("a,b,c\n1,2,3\n4,5"), iotest.ErrReader(broken))
	rows, err := read(report.NewReader(source))
	require.ErrorIs(t, err, broken)
	assert.Len(t, rows, 1)
	require.ErrorContains(t, err, "line 3")

	_, err = read(report.NewReader(nil, report.WithDecoder(func(r io.Reader) io.Reader { return r })))
	require.ErrorContains(t, err, "the document is nil")
}

func TestWithDecoder(t *testing.T) {
	t.Parallel()
	upper := func(r io.Reader) io.Reader { // stands for the decoder of another encoding
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		return bytes.NewReader(bytes.ReplaceAll(text, []byte{0x93, 0xfa}, []byte("日")))
	}
	rows, err := read(report.NewReader(strings.NewReader("a,b,c\n1,\x93\xfa,3\n"), report.WithDecoder(upper)))
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"1", "日", "3"}}, rows)
}

func TestBreakingOffStopsReading(t *testing.T) {
	t.Parallel()
	source := &counting{r: io.MultiReader(strings.NewReader("a,b,c\n"), &endless{})}
	r := report.NewReader(source)
	n := 0
	for _, err := range r.Rows() {
		require.NoError(t, err)
		if n++; n == 10 {
			break
		}
	}
	assert.LessOrEqual(t, source.n, 256<<10)
	for row, err := range r.Rows() {
		require.NoError(t, err)
		assert.Equal(t, 12, row.Line(), "another loop goes on")
		break
	}
}

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

type endless struct{}

func (*endless) Read(b []byte) (int, error) { return copy(b, "1,2,3\n"), nil }

// Errors and logs must not show the values of a row.
func TestNothingOfARowIsShown(t *testing.T) {
	t.Parallel()
	const secret = "Susie Smith"
	for _, text := range []string{
		"a,b,c\n1," + secret + "\n", "a,b,c\n1,\"" + secret, "a,b,c\n1,\"2\"" + secret + ",3\n", "a,b,c\n" + secret + ",2,3",
		settlementHeader + strings.Replace(settlementLine, "-0.71", secret, 1),
		settlementHeader + strings.Replace(settlementLine, "2015-05-18T15:48:50-0000", secret, 1),
	} {
		var out bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&out, nil))
		failed := false
		for row, err := range report.NewReader(strings.NewReader(text)).Settlement() {
			failed = failed || err != nil
			log.Info("row", slog.Any("row", row), slog.Any("error", err), slog.String("text", fmt.Sprintf("%v %+v %#v %s", err, row, row, row.Row)))
		}
		for row, err := range report.NewReader(strings.NewReader(text)).Rows() {
			failed = failed || err != nil
			log.Info("row", slog.Any("row", row), slog.Any("error", err))
		}
		assert.True(t, failed)
		assert.NotContains(t, out.String(), "Susie")
	}
}

// FuzzReader compares with encoding/csv for documents that both read the same: without a summary or
// empty lines.
func FuzzReader(f *testing.F) {
	for _, text := range []string{"a,b,c\n1,2,3\n", "a\tb\tc\n\"1\"\t\"x\"\"y\"\t\"\n\"\n", "\"a\n\"\"b\",c,d\n\"\n\",2,3\n", "\ufeffa,b,c\r\n1,,\r\n", settlementHeader + settlementLine, "a,b,c,\r1,2,3\r,,\r", "\xff\xfea\x00;\x00b\x00;\x00c\x00\n\x00", "a,b\nc,d,e\n1,2,\"3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for row, err := range report.NewReader(strings.NewReader(text)).Settlement() {
			if err == nil { // split anew
				value, ok := row.Row.Get("TransactionAmount")
				require.True(t, ok)
				require.Equal(t, string(row.TransactionAmount), value)
			}
		}
		r := report.NewReader(strings.NewReader(text))
		rows, err := read(r)
		columns, headerErr := r.Columns()
		if headerErr != nil {
			require.Empty(t, rows)
			require.Error(t, err)
			return
		}
		for _, row := range rows {
			require.Len(t, row, len(columns))
		}
		if err != nil || strings.Contains(text, "\r") || !strings.HasPrefix(text, "a,b,c\n") {
			return
		}
		standard := csv.NewReader(strings.NewReader(text))
		want, err := standard.ReadAll()
		want = slices.DeleteFunc(want, func(row []string) bool { return strings.TrimSpace(strings.Join(row, "")) == "" })
		if err == nil && !slices.ContainsFunc(want, func(row []string) bool { return len(row) != 3 }) {
			require.Len(t, rows, len(want)-1)
			for i := range rows {
				require.Equal(t, want[i+1], rows[i])
			}
		}
	})
}
