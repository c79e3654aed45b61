package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// FileType is the type of a file, as its name's extension says it.
type FileType string

// The types of files that the service takes. A .jpeg is a [FileTypeJPG].
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

// FilePurpose says what a file is for.
type FilePurpose string

// FilePurposeDisputeEvidence is the one purpose that is known.
const FilePurposeDisputeEvidence FilePurpose = "disputeEvidence"

// UploadFileRequest is the request of [Client.UploadFile]. All is needed.
type UploadFileRequest struct {
	Type    FileType    `json:"type,omitzero" pay:"required"`
	Purpose FilePurpose `json:"purpose,omitzero" pay:"required"`
}

// File is a place for a file's content. It prints and logs its id and its type only,
// since the URL needs no signature.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/file.html
type File struct {
	amazonpay.Response

	// ID is what the FileID of an [Evidence] takes, once the content is there.
	ID      string      `json:"id,omitzero" log:"id"`
	Type    FileType    `json:"type,omitzero" log:"type"`
	Purpose FilePurpose `json:"purpose,omitzero"`
	// Size is in bytes.
	Size            int64          `json:"size,omitzero"`
	UploadTimestamp amazonpay.Time `json:"uploadTimestamp,omitzero"`
	// URL takes the content by a PUT with the type's content type. The documentation calls
	// it a download URL in one place.
	URL string `json:"url,omitzero"`
	// URLExpirationTimestamp is decoded in the documentation's other spelling,
	// urlExpirationTimeStamp, too.
	URLExpirationTimestamp amazonpay.Time `json:"urlExpirationTimestamp,omitzero"`
}

// UploadFile asks for a place to upload a file to. It does not upload:
// [Client.UploadEvidence] does both. An idempotency key is made where none is given.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/file.html
func (c *Client) UploadFile(ctx context.Context, in *UploadFileRequest, opts ...amazonpay.CallOption) (*File, error) {
	return amazonpay.Do[File](ctx, c.caller, amazonpay.Operation{
		Name: "UploadFile", Method: http.MethodPost, Path: "files", IdempotencyKey: true,
	}, in, opts...)
}
