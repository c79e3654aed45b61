package webstore_test

import (
	"net/http"

	"github.com/amazonpay-go/sdk/webstore"
)

// A request with every field set.
var uploadFile = webstore.UploadFileRequest{Type: webstore.FileTypeJPG, Purpose: webstore.FilePurposeDisputeEvidence}

func fileOperations() []operation {
	return []operation{
		{
			name: "UploadFile", calls: post(webstore.API.UploadFile, &uploadFile), method: http.MethodPost, path: "files", key: true, request: uploadFile, answer: "file.json",
			body:  `{"type":"jpg","purpose":"disputeEvidence"}`,
			rules: ruleSet{"type": "required", "purpose": "required"},
		},
	}
}
