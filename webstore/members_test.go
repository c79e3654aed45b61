package webstore_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// TestMembers compares the types with the members that the reference lists for each object.
func TestMembers(t *testing.T) {
	t.Parallel()
	for _, o := range []struct {
		object  any
		members string
	}{
		{amazonpay.Price{}, "amount currencyCode"},
		{amazonpay.Address{}, "name addressLine1 addressLine2 addressLine3 city county district stateOrRegion postalCode countryCode phoneNumber"},
		{amazonpay.StatusDetails{}, "state reasonCode reasonDescription lastUpdatedTimestamp"},
		{webstore.AddressWithID{}, "addressId name addressLine1 addressLine2 addressLine3 city county district stateOrRegion postalCode countryCode phoneNumber"},
		{webstore.AddressDetails{}, "name addressLine1 addressLine2 addressLine3 city districtOrCounty stateOrRegion postalCode countryCode phoneNumber"},
		{webstore.ChargePermissionStatus{}, "state reasons lastUpdatedTimestamp"},
		{webstore.Reason{}, "reasonCode reasonDescription"},
		{webstore.MerchantMetadata{}, "merchantReferenceId merchantStoreName noteToBuyer customInformation"},
		{webstore.ProviderMetadata{}, "providerReferenceId"},
		{webstore.PaymentPreference{}, "paymentDescriptor"},
		{webstore.RecurringMetadata{}, "frequency amount"},
		{webstore.Frequency{}, "unit value"},
		{webstore.PaymentMethodOnFileMetadata{}, "setupOnly"},
		{webstore.Limits{}, "amountLimit amountBalance"},
		{webstore.Buyer{}, "buyerId name email phoneNumber primeMembershipTypes"},
		{webstore.BuyerResponse{}, "buyerId name email postalCode countryCode shippingAddress billingAddress phoneNumber primeMembershipTypes"},
		{webstore.WebCheckoutDetails{}, "checkoutReviewReturnUrl checkoutResultReturnUrl checkoutCancelUrl checkoutErrorUrl signInReturnUrl signInCancelUrl " +
			"signInErrorUrl authorizeResultReturnUrl amazonPayDeclineUrl amazonPayRedirectUrl checkoutMode"},
		{webstore.PaymentDetails{}, "paymentIntent canHandlePendingAuthorization chargeAmount totalOrderAmount softDescriptor presentmentCurrency " +
			"allowOvercharge extendExpiration estimateOrderTotal"},
		{webstore.DeliverySpecifications{}, "specialRestrictions addressRestrictions"},
		{webstore.AddressRestrictions{}, "type restrictions"},
		{webstore.Restriction{}, "statesOrRegions zipCodes except"},
		{webstore.ProcessorSpecifications{}, "name"},
		{webstore.CartDetails{}, "deliveryOptions"},
		{webstore.DeliveryOption{}, "id price shippingMethod isDefault"},
		{webstore.ShippingMethod{}, "shippingMethodName shippingMethodCode"},
		{webstore.Constraint{}, "constraintId description"},
		{webstore.MultiAddressesCheckoutMetadata{}, "addressId price"},
		{webstore.CreateCheckoutSessionRequest{}, "webCheckoutDetails storeId scopes deliverySpecifications chargePermissionType recurringMetadata " +
			"paymentMethodOnFileMetadata chargePermissionId paymentDetails merchantMetadata platformId providerMetadata supplementaryData " +
			"addressDetails multiAddressesCheckoutMetadata signInScopes channelType processorSpecifications"},
		{webstore.UpdateCheckoutSessionRequest{}, "webCheckoutDetails paymentDetails merchantMetadata supplementaryData platformId providerMetadata " +
			"chargePermissionType recurringMetadata multiAddressesCheckoutMetadata"},
		{webstore.CompleteCheckoutSessionRequest{}, "chargeAmount totalOrderAmount"},
		{webstore.FinalizeCheckoutSessionRequest{}, "paymentIntent canHandlePendingAuthorization supplementaryData shippingAddress billingAddress " +
			"chargeAmount totalOrderAmount"},
		{webstore.CheckoutSession{}, "checkoutSessionId webCheckoutDetails productType chargePermissionType recurringMetadata " +
			"paymentMethodOnFileMetadata paymentDetails merchantMetadata supplementaryData buyer shippingAddress shippingAddressList " +
			"billingAddress paymentPreferences statusDetails constraints creationTimestamp expirationTimestamp chargePermissionId chargeId " +
			"platformId providerMetadata releaseEnvironment storeId deliverySpecifications multiAddressesCheckoutMetadata checkoutButtonText " +
			"orderType channelType cartDetails"},
		{webstore.ChargePermission{}, "chargePermissionId chargePermissionReferenceId amazonPayToken chargePermissionType recurringMetadata " +
			"paymentMethodOnFileMetadata platformId buyer shippingAddress billingAddress paymentPreferences statusDetails creationTimestamp " +
			"expirationTimestamp merchantMetadata releaseEnvironment limits presentmentCurrency"},
		{webstore.UpdateChargePermissionRequest{}, "merchantMetadata recurringMetadata"},
		{webstore.CloseChargePermissionRequest{}, "closureReason cancelPendingCharges"},
		{webstore.CreateChargeRequest{}, "chargePermissionId chargeAmount captureNow softDescriptor canHandlePendingAuthorization merchantMetadata " +
			"providerMetadata platformId chargeInitiator channel webCheckoutDetails"},
		{webstore.UpdateChargeRequest{}, "statusDetails"},
		{webstore.ChargeStatusUpdate{}, "state reasonCode"},
		{webstore.CaptureChargeRequest{}, "captureAmount softDescriptor"},
		{webstore.CancelChargeRequest{}, "cancellationReason"},
		{webstore.Charge{}, "chargeId chargePermissionId chargeAmount captureAmount refundedAmount softDescriptor captureNow " +
			"canHandlePendingAuthorization platformId providerMetadata merchantMetadata creationTimestamp expirationTimestamp statusDetails " +
			"convertedAmount conversionRate releaseEnvironment webCheckoutDetails chargeInitiator channel"},
		{webstore.CreateRefundRequest{}, "chargeId refundAmount softDescriptor"},
		{webstore.Refund{}, "refundId chargeId refundAmount softDescriptor creationTimestamp statusDetails releaseEnvironment"},
	} {
		var got []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(o.object)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				got = append(got, name)
			}
		}
		assert.ElementsMatch(t, strings.Fields(o.members), got, "%T", o.object)
	}
}
