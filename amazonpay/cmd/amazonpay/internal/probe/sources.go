package probe

// Docs is where the addresses of the documentation begin.
const Docs = "https://developer.amazon.com/docs/"

// The public sources of the claims. "No source" is a decision of this project.
const (
	noSource = "no source: an assumption"

	docCheckoutScript = Docs + "amazon-pay-checkout/amazon-pay-script.html"
	docDisbursements  = Docs + "amazon-pay-reports/request-disbursement-details.html"
	docDispute        = Docs + "amazon-pay-api-v2/dispute.html"
	docErrors         = Docs + "amazon-pay-api-v2/error-handling.html"
	docFile           = Docs + "amazon-pay-api-v2/file.html"
	docIdempotency    = Docs + "amazon-pay-api-v2/idempotency.html"
	docNotifications  = Docs + "amazon-pay-checkout/set-up-instant-payment-notifications.html"
	docRecurring      = Docs + "amazon-pay-recurring-checkout/manage-recurring-payments.html"
	docReports        = Docs + "amazon-pay-reports/manually-requesting-reports.html"
	docSignIn         = Docs + "amazon-pay-checkout/amazon-sign-in.html"
	docSignInAndSetUp = Docs + "amazon-pay-paymentmethodonfile-signinandsetup/add-the-amazon-pay-button.html"
	docSimulations    = Docs + "amazon-pay-checkout/sandbox-simulations.html"

	nodeSDK = "official Node SDK 2.3.4, "
	phpSDK  = "official PHP SDK 2.7.2, "
	javaSDK = "official Java SDK 2.6.7, "
	dotnet  = "official .NET SDK 2.7.3"
	rubySDK = "official Ruby SDK 1.2.0, "
	plugin  = "third-party plugin s360_amazonpay_shop5, AmazonPay/Objects"

	dateAheadSource  = "https://github.com/amzn/amazon-pay-api-sdk-php/issues/19"
	overchargeSource = "https://www.amazonpay-faq.jp/faq/QA-12"
	encodedSource    = "https://www.amazonpay-faq.jp/faq/QA-66"
	stampSources     = phpSDK + "README.md, and " + javaSDK + "README.md: seconds; " + nodeSDK + "README.md: milliseconds"
)
