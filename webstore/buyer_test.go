package webstore_test

import (
	"net/http"

	"github.com/amazonpay-go/sdk/webstore"
)

func buyerOperations() []operation {
	return []operation{
		{
			name: "GetBuyer", calls: get(webstore.API.GetBuyer, buyerToken), method: http.MethodGet, path: "buyers/{buyerToken}", id: [2]string{"buyerToken", buyerToken}, answer: "buyer.json",
			returns: "buyerId",
		},
	}
}
