package metrics_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type panel struct {
	ID      int    `json:"id"`
	Title   string `json:"title"`
	Type    string `json:"type"`
	GridPos struct {
		X int `json:"x"`
		W int `json:"w"`
	} `json:"gridPos"`
	Targets []struct {
		RefID        string `json:"refId"`
		Expr         string `json:"expr"`
		LegendFormat string `json:"legendFormat"`
	} `json:"targets"`
}

var (
	metricName = regexp.MustCompile(`[a-z_:]+\{`)
	byLabels   = regexp.MustCompile(`by \(([a-z, ]+)\)`)
	inLegend   = regexp.MustCompile(`\{\{(\w+)\}\}`)
	sample     = regexp.MustCompile(`(?m)^(\w+)(\{[^}]*\})? `)
	labelName  = regexp.MustCompile(`(\w+)="`)
)

// The dashboard is what Grafana imports, each metric and label that it asks for is there, and each
// metric of ours is shown.
func TestDashboard(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../dashboards/grafana.json")
	require.NoError(t, err)
	var dashboard struct {
		Title         string  `json:"title"`
		UID           string  `json:"uid"`
		SchemaVersion int     `json:"schemaVersion"`
		Panels        []panel `json:"panels"`
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	require.NotEmpty(t, dashboard.Title)
	require.NotEmpty(t, dashboard.UID)
	require.Positive(t, dashboard.SchemaVersion)

	page, _ := run(t)
	labels := make(map[string][]string) // of each metric
	for _, s := range sample.FindAllStringSubmatch(page, -1) {
		labels[s[1]] = []string{"job", "instance"} // which Prometheus adds
		for _, l := range labelName.FindAllStringSubmatch(s[2], -1) {
			labels[s[1]] = append(labels[s[1]], l[1])
		}
	}
	asked := make(map[string]bool)
	ids := make(map[int]bool)
	for _, p := range dashboard.Panels {
		require.NotEmpty(t, p.Title)
		require.False(t, ids[p.ID], "two panels with id %d", p.ID)
		ids[p.ID] = true
		require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24, p.Title)
		if p.Type == "row" {
			continue
		}
		require.NotEmpty(t, p.Targets, p.Title)
		for _, target := range p.Targets {
			require.NotEmpty(t, target.RefID)
			names := metricName.FindAllString(target.Expr, -1)
			require.NotEmpty(t, names, target.Expr)
			for _, name := range names {
				name = strings.TrimSuffix(name, "{")
				asked[name] = true
				if !assert.Contains(t, labels, name, p.Title) {
					continue
				}
				for _, group := range byLabels.FindAllStringSubmatch(target.Expr, -1) {
					for label := range strings.SplitSeq(group[1], ", ") {
						assert.Contains(t, labels[name], label, "%s: %s", p.Title, name)
					}
				}
				for _, label := range inLegend.FindAllStringSubmatch(target.LegendFormat, -1) {
					assert.Contains(t, labels[name], label[1], "%s: %s", p.Title, name)
				}
			}
		}
	}
	for name := range labels {
		histogram := strings.TrimSuffix(strings.TrimSuffix(name, "_sum"), "_count") + "_bucket"
		if strings.HasPrefix(name, "subscriptions_") {
			assert.True(t, asked[name] || asked[histogram], "no panel shows %s", name)
		}
	}
}
