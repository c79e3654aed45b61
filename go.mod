module github.com/amazonpay-go/sdk

go 1.26
