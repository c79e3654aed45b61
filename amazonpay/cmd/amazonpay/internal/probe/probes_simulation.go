package probe

import (
	"context"
	"net/http"
	"strings"
)

const invalidSimulation = "InvalidSandboxSimulationSpecified"

// chargeOfNobody is a request to charge a permission that does not exist.
func (r *run) chargeOfNobody(code string) request {
	return post("CreateCharge", "charges", object{
		"chargePermissionId": unknownPermission, "chargeAmount": r.price(unit), "captureNow": code == "CaptureInitiated",
		"canHandlePendingAuthorization": code != "CaptureInitiated",
	}).simulating(code)
}

// simulationProbes are about the names of simulation codes. Each is sent for an object that does
// not exist, so that nothing happens; that decides it only if the service looks at the code first.
func simulationProbes() []Probe {
	of := func(operation string, q func(r *run) request, codes string) (all []Probe) {
		for code := range strings.FieldsSeq(codes) {
			all = append(all, Probe{
				Fact: "simulation." + operation + "." + code, Claimed: accepted, Others: []string{refused}, Source: noSource + "; the page is " + docSimulations, Confidence: ConfidenceUncertain,
				Claim: "There is a simulation code " + code + " of " + operation + ".",
				ask: func(ctx context.Context, r *run) (string, error) {
					first, err := share(r, "simulation of "+operation, func() (answer, error) { return r.send(ctx, q(r).simulating("NoSuchCode")) })
					if err != nil {
						return "", err
					}
					if first.reason != invalidSimulation {
						return "", unclearAfter("a code that does not exist", first)
					}
					request := q(r).simulating(code)
					if operation == "createCharge" {
						request = r.chargeOfNobody(code)
					}
					a, err := r.send(ctx, request)
					switch {
					case err != nil:
						return "", err
					case a.reason == invalidSimulation:
						return refused, nil
					case a.status == http.StatusNotFound:
						return accepted, nil // it looked for the object
					}
					return a.code(), nil
				},
			})
		}
		return all
	}
	probes := of("createCharge", func(r *run) request { return r.chargeOfNobody("NoSuchCode") },
		"AuthorizationInitiated PendingAuthorized PendingSoftDeclined PendingHardDeclined PendingAmazonRejected PendingProcessingFailure PendingTransactionTimedOut")
	probes = append(probes, of("captureCharge", func(r *run) request {
		return post("CaptureCharge", "charges/{id}/capture", object{"captureAmount": r.price(unit)}, unknownCharge)
	}, "CaptureInitiated CaptureDeclined AmazonRejected")...)
	probes = append(probes, of("cancelCharge", func(*run) request {
		return remove("CancelCharge", "charges/{id}/cancel", object{"cancellationReason": "probe"}, unknownCharge)
	}, "ExpiredUnused AmazonCanceled")...)
	probes = append(probes, of("createRefund", func(r *run) request {
		return post("CreateRefund", "refunds", object{"chargeId": unknownCharge, "refundAmount": r.price(unit)})
	}, "RefundDeclined AmazonRejected ProcessingFailure")...)
	return append(probes, of("finalizeCheckoutSession", func(r *run) request {
		return post("FinalizeCheckoutSession", "checkoutSessions/{id}/finalize", object{
			"paymentIntent": "Authorize", "canHandlePendingAuthorization": true, "chargeAmount": r.price(unit),
		}, unknownSession)
	}, "BuyerCanceled AmazonCanceled Declined AuthorizationInitiated")...)
}
