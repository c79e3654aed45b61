package webstore

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Disbursement is a payment from Amazon to the merchant's bank account.
//
// https://developer.amazon.com/docs/amazon-pay-reports/request-disbursement-details.html
type Disbursement struct {
	SellerID string `json:"sellerId,omitzero"`
	// SettlementID is the settlement id in the rows of the settlement report.
	SettlementID                  string                 `json:"settlementId,omitzero"`
	AmazonDisbursementReferenceID string                 `json:"amazonDisbursementReferenceId,omitzero"`
	Amount                        amazonpay.Decimal      `json:"amount,omitzero"`
	CurrencyCode                  amazonpay.CurrencyCode `json:"currencyCode,omitzero"`
	TransactionTime               amazonpay.Time         `json:"transactionTime,omitzero"`
}

// GetDisbursementsRequest selects the disbursements that [Client.GetDisbursements] and
// [Client.Disbursements] list. A field with its zero value is not sent.
type GetDisbursementsRequest struct {
	StartTime, EndTime amazonpay.Time
	// PageSize is how many disbursements a page has: 1 to 100.
	PageSize int
	// NextToken is from the page before. If it is set, nothing else may be.
	NextToken string
}

func (r *GetDisbursementsRequest) query() (url.Values, error) {
	query := make(url.Values)
	if r == nil {
		return query, nil
	}
	err := cmp.Or(
		setPeriod(query, "startTime", r.StartTime, "endTime", r.EndTime),
		setPage(query, r.PageSize, r.NextToken),
	)
	return query, err
}

// GetDisbursementsResponse is one page of disbursements.
type GetDisbursementsResponse struct {
	amazonpay.Response

	Disbursements []Disbursement `json:"disbursements,omitzero"`
	// NextToken selects the next page. It is empty on the last page.
	NextToken string `json:"nextToken,omitzero"`
}

// GetDisbursements returns one page of the disbursements that in selects. If in is nil, the service
// chooses. [Client.Disbursements] goes through all pages.
//
// https://developer.amazon.com/docs/amazon-pay-reports/request-disbursement-details.html
func (c *Client) GetDisbursements(ctx context.Context, in *GetDisbursementsRequest, opts ...amazonpay.CallOption) (*GetDisbursementsResponse, error) {
	query, err := in.query()
	if err != nil {
		return nil, notSent("GetDisbursements", err)
	}
	return amazonpay.Do[GetDisbursementsResponse](ctx, c.caller, amazonpay.Operation{
		Name: "GetDisbursements", Method: http.MethodGet, Path: "disbursements", Query: query,
	}, nil, opts...)
}

// Disbursements goes through the disbursements that in selects, page by page, as [Client.Reports]
// does.
func (c *Client) Disbursements(ctx context.Context, in *GetDisbursementsRequest, opts ...amazonpay.CallOption) iter.Seq2[Disbursement, error] {
	return walk("GetDisbursements", func(token string) (page[Disbursement], error) {
		request := in
		if token != "" {
			request = &GetDisbursementsRequest{NextToken: token}
		}
		answer, err := c.GetDisbursements(ctx, request, opts...)
		if err != nil {
			return page[Disbursement]{}, err
		}
		return page[Disbursement]{"disbursements", answer.Disbursements, answer.NextToken, answer.Meta}, nil
	})
}
