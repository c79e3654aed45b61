package webstore_test

import (
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/webstore"
)

// A request with every field set.
var getDisbursements = webstore.GetDisbursementsRequest{StartTime: at(2024, 3, 1), EndTime: at(2024, 3, 2), PageSize: 30}

func disbursementOperations() []operation {
	return []operation{
		{
			name: "GetDisbursements", calls: list(webstore.API.GetDisbursements, &getDisbursements), method: http.MethodGet, path: "disbursements", answer: "disbursements.json",
			query: url.Values{"startTime": {"20240301T074550Z"}, "endTime": {"20240302T074550Z"}, "pageSize": {"30"}},
		},
	}
}
