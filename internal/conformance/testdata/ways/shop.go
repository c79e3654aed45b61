package main

import (
	"fmt"
	"net/http"
)

func main() {
	res, err := http.Get("https://pay-api.amazon.eu/v2/charges/x")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	fmt.Println(res.StatusCode)
}
