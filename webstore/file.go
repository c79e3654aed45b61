package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// FileType is the type of a file, spelled like the extension of its name.
type FileType string

// The types of files that the service accepts. A .jpeg file is a [FileTypeJPG].
const (
	FileTypeCSV  FileType = "csv"
	FileTypePDF  FileType = "pdf"
	FileTypeXLS  FileType = "xls"
	FileTypeXLSX FileType = "xlsx"
	FileTypeDOC  FileType = "doc"
	FileTypeDOCX FileType = "docx"
	FileTypeODS  FileType = "ods"
	FileTypeJPG  FileType = "jpg"
	FileTypePNG  FileType = "png"
)

// FilePurpose is what a file is for.
type FilePurpose string

// FilePurposeDisputeEvidence is the only known purpose.
const FilePurposeDisputeEvidence FilePurpose = "disputeEvidence"

// UploadFileRequest is the request of [Client.UploadFile]. All fields are required.
type UploadFileRequest struct {
	Type    FileType    `json:"type,omitzero" pay:"required"`
	Purpose FilePurpose `json:"purpose,omitzero" pay:"required"`
}

// File is a file at Amazon, and the URL that its content is uploaded to.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/file.html
type File struct {
	amazonpay.Response

	// ID is what the FileID of an [Evidence] takes, once the content is uploaded.
	ID      string      `json:"id,omitzero" log:"id"`
	Type    FileType    `json:"type,omitzero" log:"type"`
	Purpose FilePurpose `json:"purpose,omitzero"`
	// Size is in bytes.
	Size            int64          `json:"size,omitzero"`
	UploadTimestamp amazonpay.Time `json:"uploadTimestamp,omitzero"`
	// URL accepts a PUT of the content, with the type's content type. It requires no signature, so
	// keep it secret.
	URL string `json:"url,omitzero"`
	// URLExpirationTimestamp is also decoded from urlExpirationTimeStamp, the documentation's other
	// spelling.
	URLExpirationTimestamp amazonpay.Time `json:"urlExpirationTimestamp,omitzero"`
}

// UploadFile requests a URL to upload a file to. It does not upload: [Client.UploadEvidence] does
// both.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/file.html
func (c *Client) UploadFile(ctx context.Context, in *UploadFileRequest, opts ...amazonpay.CallOption) (*File, error) {
	return amazonpay.Do[File](ctx, c.caller, amazonpay.Operation{
		Name: "UploadFile", Method: http.MethodPost, Path: "files", IdempotencyKey: true,
	}, in, opts...)
}
