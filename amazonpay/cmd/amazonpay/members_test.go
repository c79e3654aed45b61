package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each member that --members lists can be set as it is listed.
func TestMembers(t *testing.T) {
	t.Parallel()
	values := map[string]string{"true or false": "true", "whole number": "7", "price: 14.00 USD": "14.00 USD", "time": "20300101T000000Z"}
	for name, op := range operations {
		if op.request == nil {
			continue
		}
		rows := appendMembers(nil, "", op.request, nil)
		assert.NotEmpty(t, rows, name)
		for _, row := range rows {
			if row[1] == "object" {
				continue
			}
			value := values[row[1]]
			if value == "" {
				value = "x"
			}
			_, encoded, err := parseField(row[0]+"="+value, op.request)
			require.NoError(t, err, "%s %v", name, row)
			assert.NotEmpty(t, encoded)
		}
	}
}
