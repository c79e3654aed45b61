module github.com/amazonpay-go/sdk/internal/bench

go 1.26.0

require (
	github.com/amazonpay-go/sdk v0.1.0
	github.com/amazonpay-go/sdk/signing/libcrypto v0.0.0
	github.com/google/uuid v1.6.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/perf v0.0.0-20260908200009-22c9c6c9d4da
)

require (
	github.com/aclements/go-moremath v0.0.0-20210112150236-f10218a38794 // indirect
	github.com/ebitengine/purego v0.11.3 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
)

replace (
	github.com/amazonpay-go/sdk => ../..
	github.com/amazonpay-go/sdk/signing/libcrypto => ../../signing/libcrypto
)
