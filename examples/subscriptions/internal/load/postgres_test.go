//go:build linux

package load_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// restart restarts PostgreSQL: mode immediate is a crash, and fast cuts all connections.
func restart(t *testing.T, mode string) {
	t.Helper()
	control := os.Getenv("TEST_POSTGRES_CTL")
	require.NotEmpty(t, control, "run it with internal/tools/with-postgres")
	output, err := exec.CommandContext(t.Context(), "sh", "-c", control+" restart -m "+mode).CombinedOutput()
	assert.NoError(t, err, "%s", output)
}

// stall stops all processes of PostgreSQL for a while: connections stay open, and nothing answers.
func stall(t *testing.T, pool *sql.DB, d time.Duration) {
	t.Helper()
	postmaster := postmasterOf(t, pool)
	require.NoError(t, syscall.Kill(postmaster, syscall.SIGSTOP)) // first, so that it starts no others
	all := append(childrenOf(t, postmaster), postmaster)
	for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
		for _, pid := range all {
			_ = syscall.Kill(pid, signal) // one may have ended
		}
		if signal == syscall.SIGSTOP {
			<-time.After(d)
		}
	}
}

// postmasterOf returns the process of PostgreSQL that starts the others.
func postmasterOf(t *testing.T, pool *sql.DB) int {
	t.Helper()
	var folder string
	require.NoError(t, pool.QueryRowContext(t.Context(), `SHOW data_directory`).Scan(&folder))
	text, err := os.ReadFile(filepath.Join(folder, "postmaster.pid"))
	require.NoError(t, err)
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	require.NoError(t, err)
	return pid
}

func childrenOf(t *testing.T, pid int) (found []int) {
	t.Helper()
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	require.NoError(t, err)
	for child := range strings.FieldsSeq(string(children)) {
		pid, err := strconv.Atoi(child)
		require.NoError(t, err)
		found = append(found, pid)
	}
	return found
}

// postgresTime returns the processor time of all processes of PostgreSQL.
func postgresTime(t *testing.T, pool *sql.DB) (sum time.Duration) {
	t.Helper()
	pid := postmasterOf(t, pool)
	own, ended := processorTime(pid)
	sum = own + ended
	for _, child := range childrenOf(t, pid) {
		own, _ := processorTime(child)
		sum += own
	}
	return sum
}

// written returns how many bytes of its log PostgreSQL has written since it was made.
func written(t *testing.T, pool *sql.DB) (bytes int64) {
	t.Helper()
	require.NoError(t, pool.QueryRowContext(t.Context(), `SELECT CAST(pg_current_wal_lsn() - '0/0' AS BIGINT)`).Scan(&bytes))
	return bytes
}

// sizes returns the rows of the tables, and what they and the whole database take on the disk.
func (s *scene) sizes(t *testing.T) (rows []string) {
	t.Helper()
	tables, size := `SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables`, `SELECT pg_database_size(current_database())`
	if s.db.IsSQLite() {
		tables, size = `SELECT name, 0 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`
	}
	found := make(map[string]int64)
	require.NoError(t, each(t.Context(), s.pool, tables, func(rows *sql.Rows) error {
		var name string
		var bytes int64
		err := rows.Scan(&name, &bytes)
		found[name] = bytes
		return err
	}))
	for _, name := range sorted(found) {
		var n int64
		require.NoError(t, s.pool.QueryRowContext(t.Context(), `SELECT count(*) FROM `+name).Scan(&n))
		if n > 0 {
			rows = append(rows, fmt.Sprintf("| %s | %d | %s |", name, n, mib(found[name])))
		}
	}
	var bytes int64
	require.NoError(t, s.pool.QueryRowContext(t.Context(), size).Scan(&bytes))
	return append(rows, fmt.Sprintf("| the database | | %s |", mib(bytes)))
}

func mib(bytes int64) string {
	if bytes == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}
