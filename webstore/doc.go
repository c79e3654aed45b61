// Package webstore makes the calls of an online shop: checkout sessions, charge permissions,
// charges and refunds; reports, disbursements and disputes; the merchant accounts of solution
// providers. Its methods are named like those of WebStoreClient in the official SDKs.
//
//	client, err := amazonpay.New(config)
//	shop := webstore.New(client)
//
// [Client] has all methods, and [API] is its interface, for mocks. The methods that make more than
// one call are what this package adds to an official SDK: those named OrFetch, WaitFor and
// HandleNotification, the downloads and uploads, and the iterators.
//
// # Workflows
//
// Each workflow has an example, which runs against the emulator.
//
//   - Take a payment: [Client.UpdateCheckoutSession] on the review page. On the result page,
//     [ParseReturnURL], [Client.GetCheckoutSessionOfOrder] and [Client.CompleteOrFetch], also if
//     the buyer reloads the page; [Client.FinalizeOrFetch] in a "Buy Now" checkout. Later,
//     [Client.CaptureOrFetch] takes the money, or [Client.CancelOrFetch] releases it, and
//     [Client.CloseOrFetch] ends the permission.
//   - Recurring: a session of type [ChargePermissionTypeRecurring] makes a permission that
//     [Client.CreateCharge] charges again and again, within its [Limits].
//   - Saved wallet: a session of type [ChargePermissionTypePaymentMethodOnFile] saves a payment
//     method for later charges, with or without a first payment.
//   - Refund: [Unrefunded] is what the buyer has paid and has not got back, [RefundableWithMargin]
//     the most that the service accepts. [Client.CreateRefund] refunds it, and
//     [Client.WaitForRefund] waits for the result.
//   - Pending: if CheckoutSession.Pending is true, or a charge is AuthorizationInitiated or
//     CaptureInitiated, do not deliver yet. [Client.WaitForCharge] or a notification brings the
//     result.
//   - Notification: package [github.com/amazonpay-go/sdk/amazonpay/ipn] verifies it.
//     [Client.HandleNotification] reads its object, calls your function for its type, and wakes
//     [Client.WaitForCharge] and its siblings.
//   - Report: [Client.CreateReport] orders one, [Client.WaitForReport] waits for it,
//     [Client.DownloadReport] downloads it, and package
//     [github.com/amazonpay-go/sdk/webstore/report] reads its rows. [Client.Reports] and
//     [Client.Disbursements] go through all pages of a list.
//   - Dispute: [Client.UploadEvidence] uploads a file for [Client.ContestDispute].
//
// Before the first buyer comes, [Client.CheckCredentials] checks the key.
//
// # Calls that settle themselves
//
// An answer can be lost after the service has done the work. CompleteCheckoutSession,
// FinalizeCheckoutSession, CaptureCharge, CancelCharge and CloseChargePermission then read the
// object once, for at most 15 seconds. They return it without an error if it is as the call would
// have made it; otherwise the error of the call stands. The methods named OrFetch also do this
// after a refusal because the object has already moved on, so that a page that is reloaded, or a
// job that runs twice, gets the result of the first run.
//
// There is no RefundOrFetch, since two refunds of the same amount look alike: repeat a refund under
// its idempotency key.
//
// # Idempotency keys
//
// Every POST takes an idempotency key, and so do [Client.UpdateCharge], [Client.UpdateDispute] and
// [Client.UpdateMerchantAccount]. If no key is given, one is generated for all attempts of the
// call. Give your own key ([amazonpay.WithIdempotencyKey]) to be able to repeat a call.
// [amazonpay.IdempotencyKey] makes one from an order number and the number of the try.
//
// # Requests and answers
//
// A field with its zero value is not sent. A field of type *bool distinguishes false from absent:
// write new(true). An empty text is not sent either, so it clears nothing: see [MerchantMetadata].
//
// In answers, a member that is null or absent leaves the zero value. Members without a field are in
// Meta.Raw. A member whose JSON type is unexpected is in Meta.Raw, and Meta.Undecoded names it.
//
// Types that can hold personal data or free text print and log their ids and states only. They
// encode to JSON in full.
//
// # Errors
//
// See package amazonpay. Each method lists its own reason codes. Any call can also be refused
// because its parameters are invalid ([amazonpay.ReasonCodeInvalidParameterValue] and others), its
// signature, an unknown id ([amazonpay.ReasonCodeResourceNotFound]) or too many calls
// ([amazonpay.ReasonCodeTooManyRequests]).
//
// # What is not certain
//
// The documentation leaves some facts open. This package assumes the following; none of it is
// verified against the live service.
//
//   - Complete and Finalize may ignore the idempotency key. They are settled by reading.
//   - The reason codes that [Client.CheckCredentials] lists are from the documentation.
//   - [Limits] may be zero for a permission of type [ChargePermissionTypePaymentMethodOnFile].
//   - [Frequency].Value has at most nine digits. For [FrequencyUnitVariable] sources disagree on
//     whether it must be "0".
//   - CheckoutSession.OrderType and ChannelType, AuthorizeResultReturnURL and AmazonPayDeclineURL
//     are known from recorded answers only. SignInCancelURL and SignInErrorURL are too, but a
//     request can probably have them.
//   - PaymentDetails.EstimateOrderTotal and [ReportTypeCapture], which is "not offered at present",
//     are known from the .NET SDK, [ProductTypeDonation] from checkout.js,
//     [ProcessorSpecifications] from an Amazon sample for GMO Payment Gateway.
//   - [UnixTime] is sent in seconds, as in the samples for PHP and Java. The sample for Node sends
//     milliseconds.
//   - CreateDisputeRequest.FilingTimestamp has this name in the samples for Node and Java. The
//     sample for PHP calls it creationTimestamp. Dispute.ProviderMetadata, FilingTimestamp and
//     ClosureTimestamp are documented for requests only.
//   - The required members of [RegisterAmazonPayAccountRequest], [CreateMerchantAccountRequest] and
//     [CreateStoreRequest] are not documented, nor are the values of [ResolutionAuthority], of the
//     reason codes in [StoreStatus] and [MerchantStatus], and the form of
//     ContactPerson.DateOfBirth. The answers about stores are documented for StoreID only.
//   - The samples spell the state of a store "ACTIVE" (Node, PHP) and "Active" (Java): see
//     [AccountState].
//   - The documentation calls File.URL a download URL in one place. The largest size of an evidence
//     file is not documented.
package webstore
