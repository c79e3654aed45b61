module github.com/amazonpay-go/sdk/internal/bench

go 1.26

require github.com/amazonpay-go/sdk v0.0.0

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
)

replace github.com/amazonpay-go/sdk => ../..
