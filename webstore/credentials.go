package webstore

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CheckCredentials makes a [Client.GetReports] call, which changes nothing, to find out whether the
// service accepts the client's key. Call it when a shop starts, before the first buyer comes. It
// returns the error of the call:
//
//   - InvalidRequestSignature: most likely the private key does not belong to the public key id, or
//     the request was changed on its way. The Signature of the [*amazonpay.APIError] says more.
//   - InvalidAuthentication: the public key id is unknown, perhaps in this region or environment.
//   - InvalidHeaderValue for x-amz-pay-date: this machine's clock is further off than the client
//     corrects.
//   - UnauthorizedAccess: the account may not read reports. The key may still be good.
func (c *Client) CheckCredentials(ctx context.Context, opts ...amazonpay.CallOption) error {
	_, err := c.GetReports(ctx, &GetReportsRequest{PageSize: 1}, opts...)
	return err
}
