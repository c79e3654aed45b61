package webstore

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CheckCredentials asks the service, by a [Client.GetReports] that changes nothing, whether it accepts the client's key: for the
// start of a shop, before the first buyer comes. Its error is that of the call:
//
//   - InvalidRequestSignature: most likely the private key is not the one of the public key id, or the request was changed on
//     its way. The Signature of the [*amazonpay.APIError] has what can be told.
//   - InvalidAuthentication: the public key id is not known, perhaps in this region or environment.
//   - InvalidHeaderValue for x-amz-pay-date: this machine's clock is wrong by more than is corrected.
//   - UnauthorizedAccess: the account may not read reports, which says nothing against the key.
//
// The names of the codes are those of the documentation; which of them comes when was not tried.
func (c *Client) CheckCredentials(ctx context.Context, opts ...amazonpay.CallOption) error {
	_, err := c.GetReports(ctx, &GetReportsRequest{PageSize: 1}, opts...)
	return err
}
