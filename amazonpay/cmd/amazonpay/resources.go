package main

// The commands of the API's resources. The tag op names the operation, in the table of
// operations.go. What has pages is in lists.go, what takes a token in secrets.go.

type sessionCommands struct {
	Create   postCommand   `cmd:"" op:"CreateCheckoutSession"   help:"Create a checkout session."`
	Get      readCommand   `cmd:"" op:"GetCheckoutSession"      help:"Read a checkout session."`
	Update   changeCommand `cmd:"" op:"UpdateCheckoutSession"   help:"Set the amount and the rest of an open checkout session."`
	Complete changeCommand `cmd:"" op:"CompleteCheckoutSession" help:"Complete a checkout session that the buyer approved: this charges."`
	Finalize changeCommand `cmd:"" op:"FinalizeCheckoutSession" help:"Complete a checkout session of a single page, such as Buy Now: this charges."`
}

type permissionCommands struct {
	Get    readCommand   `cmd:"" op:"GetChargePermission"    help:"Read a charge permission."`
	Update changeCommand `cmd:"" op:"UpdateChargePermission" help:"Change a charge permission."`
	Close  changeCommand `cmd:"" op:"CloseChargePermission"  help:"Close a charge permission."`
}

type chargeCommands struct {
	Create  postCommand   `cmd:"" op:"CreateCharge"  help:"Charge a charge permission."`
	Get     readCommand   `cmd:"" op:"GetCharge"     help:"Read a charge."`
	Update  changeCommand `cmd:"" op:"UpdateCharge"  help:"Update a charge (payment service providers)."`
	Capture changeCommand `cmd:"" op:"CaptureCharge" help:"Capture an authorized charge."`
	Cancel  changeCommand `cmd:"" op:"CancelCharge"  help:"Cancel a charge that was not captured."`
}

type refundCommands struct {
	Create postCommand `cmd:"" op:"CreateRefund" help:"Refund a captured charge, or a part of it."`
	Get    readCommand `cmd:"" op:"GetRefund"    help:"Read a refund."`
}

type reportCommands struct {
	List   reportList  `cmd:""                    help:"List reports, page by page."`
	Get    readCommand `cmd:"" op:"GetReportByID" help:"Read the state of a report."`
	Create postCommand `cmd:"" op:"CreateReport"  help:"Ask for a report."`
}

type documentCommands struct {
	Get readCommand `cmd:"" op:"GetReportDocument" help:"Get the URL of a report's document, which is valid for seconds. See report download."`
}

type scheduleCommands struct {
	List   scheduleList `cmd:""                            help:"List the schedules of reports."`
	Get    readCommand  `cmd:"" op:"GetReportScheduleByID" help:"Read a schedule."`
	Create postCommand  `cmd:"" op:"CreateReportSchedule"  help:"Schedule a report."`
	Cancel endCommand   `cmd:"" op:"CancelReportSchedule"  help:"Cancel a schedule."`
}

type disbursementCommands struct {
	List disbursementList `cmd:"" help:"List disbursements, page by page."`
}

type disputeCommands struct {
	Create  postCommand   `cmd:"" op:"CreateDispute"  help:"File a dispute (payment service providers)."`
	Get     readCommand   `cmd:"" op:"GetDispute"     help:"Read a dispute."`
	Update  changeCommand `cmd:"" op:"UpdateDispute"  help:"Update a dispute (payment service providers)."`
	Contest changeCommand `cmd:"" op:"ContestDispute" help:"Contest a dispute with evidence."`
}

type fileCommands struct {
	Upload postCommand `cmd:"" op:"UploadFile" help:"Get the URL to which a file is uploaded."`
}

type buyerCommands struct {
	Get buyerGet `cmd:"" op:"GetBuyer" help:"Read the buyer of a buyer token."`
}

type accountCommands struct {
	Register postCommand   `cmd:"" op:"RegisterAmazonPayAccount" help:"Register an account for a merchant."`
	Update   changeCommand `cmd:"" op:"UpdateAmazonPayAccount"   help:"Update an account."`
	Delete   endCommand    `cmd:"" op:"DeleteAmazonPayAccount"   help:"Delete an account."`
}

type merchantCommands struct {
	Create postCommand   `cmd:"" op:"CreateMerchantAccount" help:"Create a merchant account."`
	Update changeCommand `cmd:"" op:"UpdateMerchantAccount" help:"Update a merchant account."`
	Claim  changeCommand `cmd:"" op:"MerchantAccountClaim"  help:"Claim a merchant account."`
}

type storeCommands struct {
	Create changeCommand `cmd:"" op:"CreateStore" help:"Create a store of the merchant account ID."`
	Update storeUpdate   `cmd:"" op:"UpdateStore" help:"Update a store of a merchant account."`
}

type inStoreCommands struct {
	Scan   postCommand `cmd:"" op:"MerchantScan"  help:"Scan a buyer's code."`
	Charge postCommand `cmd:"" op:"InStoreCharge" help:"Charge the buyer of a scan."`
	Refund postCommand `cmd:"" op:"InStoreRefund" help:"Refund an in-store charge."`
}

type trackerCommands struct {
	Create postCommand `cmd:"" op:"DeliveryTrackers" help:"Tell the buyer's Alexa about a delivery."`
}

type tokenCommands struct {
	Get tokenGet `cmd:"" op:"GetAuthorizationToken" help:"Get the token that lets a solution provider act for a merchant, into a file."`
}
