module github.com/amazonpay-go/sdk/signing/libcrypto

go 1.26.0

require (
	github.com/amazonpay-go/sdk v0.1.0
	github.com/ebitengine/purego v0.11.3
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
)

replace github.com/amazonpay-go/sdk => ../..
