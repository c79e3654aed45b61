package main

import (
	"github.com/amazonpay-go/sdk/authtoken"
)

type buyerGet struct {
	TokenFile string `help:"File with the buyer token, or - for standard input; else the variable AMAZON_PAY_BUYER_TOKEN." predictor:"file" placeholder:"FILE" group:"request"`
	callFlags
}

// Run reads the buyer of a token.
func (c *buyerGet) Run(s *session) error {
	token, err := s.secret("the buyer token", c.TokenFile, "AMAZON_PAY_BUYER_TOKEN")
	if err != nil {
		return err
	}
	if token == "" {
		return wrong("Give --token-file, or set AMAZON_PAY_BUYER_TOKEN: a token must not be an argument.", "there is no buyer token")
	}
	return s.operate("GetBuyer", []string{token}, bodyFlags{}, c.callFlags)
}

type tokenGet struct {
	MerchantID   string `arg:"" help:"Id of the merchant for whom the token is."`
	MWSTokenFile string `name:"mws-token-file" help:"File with the MWS authorization token, or - for standard input; else the variable AMAZON_PAY_MWS_AUTH_TOKEN." predictor:"file" placeholder:"FILE" group:"request"`
	Output       string `short:"o" required:"" help:"File for the token. Only its owner can read it." predictor:"file" placeholder:"FILE" group:"request"`
	callFlags
}

// Run gets an authorization token, and prints where it is, not what it is.
func (c *tokenGet) Run(s *session) error {
	mws, err := s.secret("the MWS authorization token", c.MWSTokenFile, "AMAZON_PAY_MWS_AUTH_TOKEN")
	if err != nil {
		return err
	}
	if mws == "" {
		return wrong("Give --mws-token-file, or set AMAZON_PAY_MWS_AUTH_TOKEN: a token must not be an argument.", "there is no MWS authorization token")
	}
	caller, opts, err := s.caller(c.callFlags, nil)
	if err != nil {
		return err
	}
	token, err := authtoken.New(caller).GetAuthorizationToken(s.ctx, mws, c.MerchantID, opts...)
	if err != nil {
		return caller.ignoreDryRun(err)
	}
	if err := writeFile(c.Output, []byte(token.AuthorizationToken.Reveal()+"\n")); err != nil {
		return err
	}
	s.note("The token is in %s. It acts for the merchant: --auth-token-file %s. Delete it when you are done.", c.Output, c.Output)
	return nil
}
