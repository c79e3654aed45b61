package demo

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"github.com/dustin/go-humanize"
	"github.com/mattn/go-isatty"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// Screen shows the progress: in a terminal as a bar, else as a line every few days. Close it.
type Screen struct {
	out   io.Writer
	shown data.Date // of the last line

	bars *mpb.Progress // nil: lines
	bar  *mpb.Bar
	last atomic.Pointer[Progress]
}

// barSteps is how finely the bar moves.
const barSteps = 1000

// NewScreen returns a screen, which shows a bar if out is a terminal.
func NewScreen(out io.Writer) *Screen {
	s := &Screen{out: out, shown: First - 1}
	file, isFile := out.(*os.File)
	if !isFile || !isatty.IsTerminal(file.Fd()) {
		return s
	}
	s.last.Store(&Progress{Date: First})
	s.bars = mpb.New(mpb.WithOutput(out))
	below := func(text func(p Progress) string) mpb.BarFiller {
		return mpb.BarFillerFunc(func(w io.Writer, _ decor.Statistics) error {
			_, err := fmt.Fprintf(w, "        %s\n", text(*s.last.Load()))
			return err
		})
	}
	s.bar = s.bars.New(barSteps, mpb.BarStyle(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return s.last.Load().Date.Time().Format("02 Jan ") })),
		mpb.AppendDecorators(decor.Percentage(decor.WC{W: len("100 % ")})),
		mpb.BarBtmExtender(below(counts), below(taken)))
	return s
}

// Show shows how far the month is.
func (s *Screen) Show(p Progress) {
	if s.bars != nil {
		s.last.Store(&p)
		s.bar.SetCurrent(int64(p.Passed * (barSteps - 1))) // the last step is Close's
		return
	}
	const everyDays = 5
	if p.Date >= s.shown+everyDays {
		s.shown = p.Date
		_, _ = fmt.Fprintf(s.out, "%s: %s, %s\n", p.Date, counts(p), taken(p))
	}
}

// Close leaves the bar as it is, below which other output may follow.
func (s *Screen) Close() {
	if s.bars != nil {
		s.bar.Abort(false)
		s.bars.Wait()
	}
}

// counts tells how many bills are paid, and how many are not.
func counts(p Progress) string {
	bills := make(map[data.BillState]int)
	for _, o := range p.Outcomes {
		bills[o.State] += o.Bills
	}
	texts := []string{humanize.Comma(int64(bills[data.BillPaid])) + " bills paid"}
	for _, s := range []struct {
		bills int
		name  string
	}{
		{bills[data.BillPlanned] + bills[data.BillPending], "under way"},
		{bills[data.BillRetry] + bills[data.BillRepair], "declined"},
		{bills[data.BillUnpaid], "unpaid"},
		{bills[data.BillCheck], "to check"},
	} {
		if s.bills > 0 {
			texts = append(texts, humanize.Comma(int64(s.bills))+" "+s.name)
		}
	}
	return strings.Join(texts, ", ")
}

// taken tells how much money was taken.
func taken(p Progress) string {
	var texts []string
	for _, c := range currencies {
		var sum int64
		for _, o := range p.Outcomes {
			if o.Currency == c && o.State == data.BillPaid {
				sum += o.Amount - o.Refunded
			}
		}
		texts = append(texts, money(sum, c)+" "+string(c))
	}
	return strings.Join(texts, ", ")
}
