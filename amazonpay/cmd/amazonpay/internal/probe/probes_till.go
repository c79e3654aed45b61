package probe

import "context"

// tillProbes are about in-store operations.
func tillProbes() []Probe {
	needs := []Need{NeedScan}
	probe := func(fact, operation string, ask func(r *run, ctx context.Context) (answer, error)) Probe {
		return Probe{
			Fact: fact, Claimed: "200", Others: []string{"201"}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: operation + " answers with 200.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return statusOf(ask(r, ctx))
			},
		}
	}
	return []Probe{
		probe("status.merchantScan", "MerchantScan", (*run).scanned),
		probe("status.inStoreCharge", "InStoreCharge", (*run).tillCharged),
		probe("status.inStoreRefund", "InStoreRefund", func(r *run, ctx context.Context) (answer, error) {
			charged, err := r.tillCharged(ctx)
			if err != nil {
				return answer{}, err
			}
			if charged.text("chargeId") == "" {
				return answer{}, unclearAfter("nothing could be charged at the till", charged)
			}
			return r.send(ctx, post("InStoreRefund", "in-store/refund", object{
				"chargeId": charged.text("chargeId"), "refundReferenceId": newKey(), "refundTotal": r.price(unit),
			}).withKey(newKey()))
		}),
	}
}

// tillCountry is the country of a region's tills.
var tillCountry = map[string]string{"na": "US", "eu": "DE", "jp": "JP"}

// scanned makes a permission at a till.
func (r *run) scanned(ctx context.Context) (answer, error) {
	return share(r, "scanned", func() (answer, error) {
		country := tillCountry[string(r.client.Region())]
		return r.create(ctx, post("MerchantScan", "in-store/merchantScan", object{
			"scanData": r.ScanData, "scanReferenceId": newKey(), "ledgerCurrency": string(r.Currency), "merchantCOE": country,
			"storeLocation": object{"countryCode": country}, "chargeTotal": r.price(limit),
		}).withKey(newKey()))
	})
}

// tillCharged charges the permission of the till.
func (r *run) tillCharged(ctx context.Context) (answer, error) {
	return share(r, "charged at a till", func() (answer, error) {
		scan, err := r.scanned(ctx)
		if err != nil {
			return answer{}, err
		}
		if scan.text("chargePermissionId") == "" {
			return answer{}, unclearAfter("nothing could be scanned", scan)
		}
		return r.create(ctx, post("InStoreCharge", "in-store/charge", object{
			"chargePermissionId": scan.text("chargePermissionId"), "chargeReferenceId": newKey(), "chargeTotal": r.price(unit),
		}).withKey(newKey()))
	})
}
