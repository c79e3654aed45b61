package data

import "context"

// PutWallet stores the charge permission with which a customer pays by one click.
func (q Queries) PutWallet(ctx context.Context, customer, chargePermissionID string) error {
	_, err := q.exec(ctx, `INSERT INTO wallets (customer, charge_permission_id) VALUES ($1, $2)
		ON CONFLICT (customer) DO UPDATE SET charge_permission_id = excluded.charge_permission_id`, customer, chargePermissionID)
	return err
}

// Wallet returns a customer's charge permission, or ErrNone.
func (q Queries) Wallet(ctx context.Context, customer string) (chargePermissionID string, err error) {
	err = q.on.QueryRowContext(ctx, `SELECT charge_permission_id FROM wallets WHERE customer = $1`, customer).Scan(&chargePermissionID)
	return chargePermissionID, err
}

// DropWallet forgets a charge permission, whoever's it is.
func (q Queries) DropWallet(ctx context.Context, chargePermissionID string) error {
	_, err := q.exec(ctx, `DELETE FROM wallets WHERE charge_permission_id = $1`, chargePermissionID)
	return err
}

// GiveWallet gives a visitor's wallet to a customer who has signed in and has none.
func (q Queries) GiveWallet(ctx context.Context, from, to string) error {
	_, err := q.exec(ctx, `UPDATE wallets SET customer = $2 WHERE customer = $1 AND NOT EXISTS (SELECT 1 FROM wallets w WHERE w.customer = $2)`, from, to)
	return err
}
