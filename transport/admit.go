package transport

import "context"

// admit asks the policy whether the attempt may begin. If it may not, or the context has ended, the
// result of the attempt before stands.
func (c *Client) admit(next step) step {
	return func(ctx context.Context, x *exchange) error {
		x.verdict = Verdict{}
		if err := ctx.Err(); err != nil {
			return err
		}
		err := x.policy.Admit(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && len(x.result.Attempts) == 0:
			return err
		case err == nil:
			x.err = next(ctx, x)
		}
		return x.err
	}
}
