package webstore

//go:generate go run ../internal/redactgen

// These structs print and log in full: they hold ids, states, amounts, times, and what a shop says
// about itself. Their fields are listed: a new field hides itself and the rest of its struct until
// it is listed too.
//
//log:full AddressRestrictions: Type Restrictions
//log:full CancelReportScheduleResponse: Response
//log:full CaptureChargeRequest: CaptureAmount SoftDescriptor
//log:full CartDetails: DeliveryOptions TotalShippingAmount TotalBaseAmount TotalTaxAmount
//log:full CartDetails: TotalChargeAmount TotalDiscountAmount TotalOrderAmount LineItems
//log:full CartDetails: AddOnFeatures GiftDetails AddressDisplayType
//log:full ChargePermissionStatus: State Reasons LastUpdatedTimestamp
//log:full ChargeStatusUpdate: State ReasonCode
//log:full CompleteCheckoutSessionRequest: ChargeAmount TotalOrderAmount
//log:full Constraint: ConstraintID Description
//log:full CreateMerchantAccountResponse: Response UniqueReferenceID MerchantAccountID
//log:full CreateRefundRequest: ChargeID RefundAmount SoftDescriptor
//log:full CreateReportRequest: ReportType StartTime EndTime
//log:full CreateReportResponse: Response ReportID
//log:full CreateReportScheduleRequest: ReportType ScheduleFrequency NextReportCreationTime
//log:full CreateReportScheduleRequest: DeleteExistingSchedule
//log:full CreateReportScheduleResponse: Response ReportScheduleID
//log:full CreateStoreRequest: AllowedOriginDomains AllowedRedirectURLs StoreName PrivacyPolicyURL
//log:full CreateStoreRequest: MerchantLogoURL
//log:full DeleteAmazonPayAccountResponse: Response
//log:full DeliveryOption: ID Price ShippingMethod ShippingEstimate IsDefault
//log:full DeliverySpecifications: SpecialRestrictions AddressRestrictions
//log:full Disbursement: SellerID SettlementID AmazonDisbursementReferenceID Amount CurrencyCode
//log:full Disbursement: TransactionTime
//log:full DisputeProviderMetadata: ProviderDisputeID
//log:full DisputeStatusDetails: State ReasonCode ReasonDescription Resolution LastUpdatedTimestamp
//log:full EstimationDetails: TimeUnit Value
//log:full Frequency: Unit Value
//log:full GetDisbursementsRequest: StartTime EndTime PageSize NextToken
//log:full GetDisbursementsResponse: Response Disbursements NextToken
//log:full GetReportSchedulesRequest: ReportTypes
//log:full GetReportSchedulesResponse: Response ReportSchedules
//log:full GetReportsRequest: ReportTypes ProcessingStatuses CreatedSince CreatedUntil PageSize
//log:full GetReportsRequest: NextToken
//log:full GetReportsResponse: Response Reports NextToken
//log:full IntegrationInfo: IPNEndpointURLs
//log:full Limits: AmountLimit AmountBalance
//log:full LineItem: ID Title Quantity ListPrice TotalListPrice VariantTitle DiscountedPrice
//log:full MerchantAccountClaimRequest: UniqueReferenceID
//log:full MerchantStatus: StatusProvider State ReasonCode
//log:full MerchantStore: DomainURLs StoreName PrivacyPolicyURL StoreStatus
//log:full MultiAddressesCheckoutMetadata: AddressID Price
//log:full NotificationHandler: Charge ChargePermission Refund Dispute Other
//log:full PaymentDetails: PaymentIntent CanHandlePendingAuthorization ChargeAmount TotalOrderAmount
//log:full PaymentDetails: SoftDescriptor PresentmentCurrency AllowOvercharge ExtendExpiration
//log:full PaymentDetails: EstimateOrderTotal
//log:full PaymentMethodOnFileMetadata: SetupOnly
//log:full ProcessorSpecifications: Name
//log:full ProviderMetadata: ProviderReferenceID
//log:full Reason: ReasonCode ReasonDescription
//log:full RecurringMetadata: Frequency Amount
//log:full Refund: Response RefundID ChargeID RefundAmount SoftDescriptor CreationTimestamp
//log:full Refund: StatusDetails ReleaseEnvironment
//log:full RegisterAmazonPayAccountResponse: Response UniqueReferenceID MerchantAccountID
//log:full Report: Response ReportID ReportType StartTime EndTime CreatedTime ProcessingStatus
//log:full Report: ProcessingStartTime ProcessingEndTime ReportDocumentID
//log:full ReportSchedule: Response ReportScheduleID ReportType ScheduleFrequency
//log:full ReportSchedule: NextReportCreationTime
//log:full Restriction: StatesOrRegions ZipCodes Except
//log:full ReturnURL: CheckoutSessionID BuyerToken
//log:full ShippingMethod: ShippingMethodName ShippingMethodCode
//log:full Store: Response StoreID AllowedOriginDomains AllowedRedirectURLs StoreName
//log:full Store: PrivacyPolicyURL MerchantLogoURL
//log:full StoreStatus: State ReasonCode
//log:full UnixTime: Time
//log:full UpdateAmazonPayAccountResponse: Response
//log:full UpdateChargeRequest: StatusDetails
//log:full UpdateMerchantAccountResponse: Response UniqueReferenceID MerchantAccountID
//log:full UpdateStoreRequest: AllowedOriginDomains AllowedRedirectURLs StoreName PrivacyPolicyURL
//log:full UpdateStoreRequest: MerchantLogoURL
//log:full UploadFileRequest: Type Purpose
//log:full WebCheckoutDetails: CheckoutReviewReturnURL CheckoutResultReturnURL CheckoutCancelURL
//log:full WebCheckoutDetails: CheckoutErrorURL SignInReturnURL SignInCancelURL SignInErrorURL
//log:full WebCheckoutDetails: AuthorizeResultReturnURL AmazonPayDeclineURL AmazonPayRedirectURL
//log:full WebCheckoutDetails: CheckoutMode
