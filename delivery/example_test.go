package delivery_test

import (
	"context"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
)

// The tracking number of an order, against the emulator.
func Example() {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	account := server.Description().Merchants[0]
	config := emulatortest.Config(server)
	config.PublicKeyID = account.KeyIDs.Live // delivery notifications exist live only
	client, err := amazonpay.New(config, amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}
	// The quickest way to a charge permission, whose parcels are then tracked.
	order, err := instore.New(client).MerchantScan(context.Background(), &instore.MerchantScanRequest{
		ScanData: account.ScanData, ScanReferenceID: "scan-1042", MerchantCOE: "US", LedgerCurrency: amazonpay.LedgerCurrencyUSD,
		ChargeTotal: amazonpay.USD.Price("2.00"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := ship(context.Background(), delivery.New(client), order.ChargePermissionID); err != nil {
		fmt.Println(err)
	}
	// Output: UPS
}

func ship(ctx context.Context, parcels *delivery.Client, chargePermissionID string) error {
	answer, err := parcels.DeliveryTrackers(ctx, &delivery.TrackersRequest{
		ChargePermissionID: chargePermissionID,
		DeliveryDetails:    []delivery.Details{{TrackingNumber: "1Z999AA10123456784", CarrierCode: "UPS"}},
	})
	if err != nil {
		return err
	}
	fmt.Println(answer.DeliveryDetails[0].CarrierCode)
	return nil
}
