package webstore_test

import (
	"net/http"

	"github.com/amazonpay-go/sdk/webstore"
)

// A request with every field set.
var createRefund = webstore.CreateRefundRequest{ChargeID: "S01-5105180-3221187-C056351", RefundAmount: usd("14.00"), SoftDescriptor: "Descriptor"}

func refundOperations() []operation {
	return []operation{
		{
			name: "CreateRefund", method: http.MethodPost, path: "refunds", key: true, request: createRefund, answer: "refund.json",
			calls:   post(webstore.API.CreateRefund, &createRefund),
			body:    `{"chargeId":"S01-5105180-3221187-C056351","refundAmount":{"amount":"14.00","currencyCode":"USD"},"softDescriptor":"Descriptor"}`,
			returns: "refundId", replays: true, rules: ruleSet{"chargeId": "required", "refundAmount": "required", "softDescriptor": "16"},
		},
		{
			name: "GetRefund", calls: get(webstore.API.GetRefund, refundID), method: http.MethodGet, path: "refunds/{refundId}", id: [2]string{"refundId", refundID}, answer: "refund.json",
			returns: "refundId",
		},
	}
}
