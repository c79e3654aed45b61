package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

func (p *person) dir() string { return filepath.Join(p.folder, "reports") }

// files are the documents in the folder.
func (p *person) files() (all []string) {
	p.t.Helper()
	all, err := filepath.Glob(filepath.Join(p.dir(), "*.csv"))
	require.NoError(p.t, err)
	return all
}

func TestReportRequestAndDownload(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	p.takes(3)
	done := p.types("report", "request", "--dir", p.dir())
	require.Zero(t, done.code, done.err)
	require.Len(t, p.files(), 1)
	path := p.files()[0]
	assert.Contains(t, done.out, path)
	assert.NotContains(t, done.out, "was there")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	id := strings.TrimSuffix(filepath.Base(path), ".csv")

	for _, args := range [][]string{{"report", "download"}, {"report", "download", id}, {"report", "download", "--type", "settlement", "--since", "2020-01-01"}} {
		done = p.types(append(args, "--dir", p.dir())...)
		require.Zero(t, done.code, "%v: %s", args, done.err)
		assert.Contains(t, done.out, "was there", args)
	}
	downloads := 0
	for _, r := range p.server.Requests() {
		if r.Operation == "GetReportDocument" {
			downloads++
		}
	}
	assert.Equal(t, 1, downloads, "what is there is not downloaded again")

	done = p.types("--json", "report", "download", "--dir", p.dir())
	require.Zero(t, done.code, done.err)
	var all []struct {
		ReportID string `json:"reportId"`
		SHA256   string `json:"sha256"`
		Before   bool   `json:"before"`
	}
	require.NoError(t, json.Unmarshal([]byte(done.out), &all))
	require.Len(t, all, 1)
	assert.Equal(t, id, all[0].ReportID)
	assert.True(t, all[0].Before)
	assert.Len(t, all[0].SHA256, 64)
	assert.Empty(t, done.err, "no progress beside JSON")

	require.NoError(t, os.WriteFile(path, []byte("changed"), 0o600))
	done = p.types("report", "download", "--dir", p.dir())
	assert.Equal(t, exitFailed, done.code)
	assert.Contains(t, done.out, "the file was changed since it was downloaded")
	assert.Contains(t, done.err, "--overwrite")
	done = p.types("report", "download", "--dir", p.dir(), "--overwrite")
	require.Zero(t, done.code, done.err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"Capture"`)
}

// A report that fails does not keep the others from being downloaded.
func TestReportDownloadGoesOn(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	p.takes(1)
	for range 3 {
		_, err := p.shop().CreateReport(t.Context(), orderedReport(p.server.Now()))
		require.NoError(t, err)
	}
	require.NoError(t, p.server.Advance(time.Minute))
	require.NoError(t, p.server.FailNext(1, emulator.Fault{Operation: "GetReportDocument", Status: 404, ReasonCode: "ResourceNotFound"}))
	done := p.types("report", "download", "--dir", p.dir())
	assert.Equal(t, exitFailed, done.code, done.out)
	assert.Contains(t, done.err, "1 of 3 reports were not downloaded")
	assert.Contains(t, done.out, "ResourceNotFound")
	assert.Len(t, p.files(), 2)
	require.Zero(t, p.types("report", "download", "--dir", p.dir()).code)
	assert.Len(t, p.files(), 3)
}

func TestReportRefuses(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	p.refuses(exitFailed, []string{"CANCELLED", "the period has no data"}, "report", "request", "--dir", p.dir())
	p.refuses(exitUsage, []string{`--type "gift" is no type of report`, "order-reference"}, "report", "request", "--type", "gift")
	p.refuses(exitUsage, []string{"settlement reports come with each settlement"}, "report", "request", "--type", string(webstore.ReportTypeSettlement))
	p.refuses(exitUsage, []string{`--since "soon" is not a time`}, "report", "download", "--since", "soon")
	p.refuses(exitUsage, []string{"both select reports"}, "report", "download", "A1", "--type", "settlement")
	p.refuses(exitRefused, []string{"ResourceNotFound"}, "report", "download", "A1")
	p.refuses(exitUsage, []string{"Give another folder with --dir."}, "report", "download", "--dir", p.write("file", ""))
	p.takes(1)
	p.refuses(exitFailed, []string{"it took longer than 1ns", "It may be ready later: amazonpay report download"}, "report", "request", "--dir", p.dir(), "--wait", "1ns")
}

func TestReportSchedules(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	done := p.types("report", "schedule", "create", "--type", "settlement", "--every", "3 days", "--first", "2030-01-02")
	require.Zero(t, done.code, done.err)
	assert.Regexp(t, `^Schedule \S+ makes a settlement report every 3 days, first at 2030-01-02 00:00:00 UTC.\n$`, done.out)
	done = p.types("report", "schedule", "list")
	require.Zero(t, done.code, done.err)
	assert.Regexp(t, `settlement +3 days +2030-01-02 00:00:00`, done.out)
	p.refuses(exitRefused, nil, "report", "schedule", "create", "--type", "settlement", "--every", "day")
	require.Zero(t, p.types("report", "schedule", "create", "--type", "settlement", "--every", "week", "--replace").code)
	assert.Contains(t, p.types("report", "schedule", "list").out, "week")
	require.Zero(t, p.types("report", "schedule", "cancel", "settlement").code)
	done = p.types("report", "schedule", "list")
	assert.Zero(t, done.code)
	assert.Equal(t, "There is none.\n", done.err)
	assert.Equal(t, "[]\n", p.types("--json", "report", "schedule", "list").out)
	p.refuses(exitFailed, []string{"0 schedules make settlement reports"}, "report", "schedule", "cancel", "settlement")
	p.refuses(exitUsage, []string{`--every "moon" is not offered`, "84 hours"}, "report", "schedule", "create", "--type", "refund", "--every", "moon")
}

func TestFrequencies(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]webstore.ScheduleFrequency{
		"day": "P1D", "Day": "P1D", "1d": "P1D", "week": "P7D", "7 days": "P7D", "2 weeks": "P14D", "14d": "P14D", "5 minutes": "PT5M", "5m": "PT5M",
		"hour": "PT1H", "1h": "PT1H", "12 hours": "PT12H", "12h": "PT12H", "84h": "PT84H", "30 days": "P30D", "P18D": "P18D", "pt15m": "PT15M",
	} {
		got, err := frequency(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, each := range frequencies {
		assert.Equal(t, each.word, frequencyWord(each.of))
	}
	for _, text := range []string{"", "d", "6 days", "month", "1 day ago"} {
		_, err := frequency(text)
		require.Error(t, err, text)
	}
}
