-- +goose Up
-- Amounts are in the currency's smallest unit, times in milliseconds since 1970.
CREATE TABLE orders (
	number               TEXT PRIMARY KEY,
	customer             TEXT NOT NULL,
	kind                 TEXT NOT NULL,
	status               TEXT NOT NULL,
	failure              TEXT NOT NULL,
	currency             TEXT NOT NULL,
	subtotal             BIGINT NOT NULL,
	delivery             BIGINT NOT NULL,
	total                BIGINT NOT NULL,
	delivery_option      TEXT NOT NULL,
	address              TEXT NOT NULL, -- JSON; empty if there is none
	buyer_name           TEXT NOT NULL,
	buyer_email          TEXT NOT NULL,
	session_id           TEXT UNIQUE, -- the one session that pays the order; NULL until a payment begins
	charge_permission_id TEXT NOT NULL,
	closed               BOOLEAN NOT NULL,
	placed_at            BIGINT NOT NULL
);
CREATE INDEX orders_of ON orders (customer, placed_at);
CREATE INDEX orders_by_permission ON orders (charge_permission_id);

CREATE TABLE items (
	order_number TEXT NOT NULL REFERENCES orders (number),
	line         INTEGER NOT NULL,
	sku          TEXT NOT NULL,
	quantity     INTEGER NOT NULL,
	price        BIGINT NOT NULL,
	PRIMARY KEY (order_number, line)
);

-- Every checkout session with which a buyer came back, and what the review page showed for it.
CREATE TABLE sessions (
	session_id      TEXT PRIMARY KEY,
	order_number    TEXT NOT NULL REFERENCES orders (number),
	delivery        BIGINT NOT NULL,
	total           BIGINT NOT NULL,
	delivery_option TEXT NOT NULL,
	address         TEXT NOT NULL,
	buyer_name      TEXT NOT NULL,
	buyer_email     TEXT NOT NULL
);

-- What must happen once, such as a charge. The idempotency key is made from name and attempt.
CREATE TABLE work (
	name         TEXT PRIMARY KEY,
	order_number TEXT NOT NULL REFERENCES orders (number),
	kind         TEXT NOT NULL,
	target       TEXT NOT NULL, -- the id of the session, charge permission, charge or dispute
	period       INTEGER NOT NULL,
	amount       BIGINT NOT NULL,
	currency     TEXT NOT NULL,
	detail       TEXT NOT NULL,
	state        TEXT NOT NULL, -- open, done, refused, or check: a person must look
	attempt      INTEGER NOT NULL,
	new_keys     INTEGER NOT NULL, -- since the work was opened
	unsettled    BOOLEAN NOT NULL, -- a call under the key may have done the work
	result       TEXT NOT NULL, -- the id of what was made
	failure      TEXT NOT NULL,
	next_at      BIGINT NOT NULL,
	lease        TEXT NOT NULL, -- of the goroutine that is at it
	lease_until  BIGINT NOT NULL
);
CREATE INDEX work_open ON work (next_at) WHERE state = 'open';
CREATE INDEX work_of ON work (order_number);

CREATE TABLE charges (
	charge_id    TEXT PRIMARY KEY,
	order_number TEXT NOT NULL REFERENCES orders (number),
	period       INTEGER NOT NULL,
	currency     TEXT NOT NULL,
	amount       BIGINT NOT NULL,
	captured     BIGINT NOT NULL,
	refunded     BIGINT NOT NULL,
	state        TEXT NOT NULL,
	reason       TEXT NOT NULL,
	made_at      BIGINT NOT NULL
);
CREATE INDEX charges_of ON charges (order_number);
CREATE INDEX charges_pending ON charges (state) WHERE state IN ('AuthorizationInitiated', 'CaptureInitiated');

CREATE TABLE refunds (
	refund_id    TEXT PRIMARY KEY,
	charge_id    TEXT NOT NULL REFERENCES charges (charge_id),
	order_number TEXT NOT NULL REFERENCES orders (number),
	currency     TEXT NOT NULL,
	amount       BIGINT NOT NULL,
	state        TEXT NOT NULL,
	made_at      BIGINT NOT NULL
);
CREATE INDEX refunds_of ON refunds (order_number);

CREATE TABLE disputes (
	dispute_id   TEXT PRIMARY KEY,
	charge_id    TEXT NOT NULL REFERENCES charges (charge_id),
	order_number TEXT NOT NULL REFERENCES orders (number),
	currency     TEXT NOT NULL,
	amount       BIGINT NOT NULL,
	state        TEXT NOT NULL,
	reason       TEXT NOT NULL,
	made_at      BIGINT NOT NULL
);
CREATE INDEX disputes_of ON disputes (order_number);

CREATE TABLE events (
	id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	order_number TEXT NOT NULL REFERENCES orders (number),
	at           BIGINT NOT NULL,
	name         TEXT NOT NULL,
	detail       TEXT NOT NULL
);
CREATE INDEX events_of ON events (order_number);

CREATE TABLE wallets (
	customer             TEXT PRIMARY KEY,
	charge_permission_id TEXT NOT NULL
);

CREATE TABLE customers (
	id    TEXT PRIMARY KEY,
	name  TEXT NOT NULL,
	email TEXT NOT NULL
);

-- Buy Now: what a product page offers, and one try to buy it. See package buynow.
CREATE TABLE carts (
	number   TEXT PRIMARY KEY, -- of the order that it may become
	customer TEXT NOT NULL,
	currency TEXT NOT NULL,
	language TEXT NOT NULL,
	lines    TEXT NOT NULL, -- JSON
	made_at  BIGINT NOT NULL
);
CREATE INDEX carts_made ON carts (made_at);

CREATE TABLE checkouts (
	id        TEXT PRIMARY KEY,
	number    TEXT NOT NULL UNIQUE REFERENCES carts (number),
	version   BIGINT NOT NULL,
	status    TEXT NOT NULL,
	completed BOOLEAN NOT NULL,
	body      TEXT NOT NULL -- JSON
);
CREATE INDEX checkouts_left ON checkouts (id) WHERE status = 'begun' OR status = 'paid' AND NOT completed;

-- Messages of Amazon's that are being handled, or were: see ipn.Deduper.
CREATE TABLE notifications (
	message_id TEXT PRIMARY KEY,
	claim      TEXT NOT NULL,
	begun_at   BIGINT NOT NULL,
	done       BOOLEAN NOT NULL
);

-- The visitors' sessions with the shop: see scs.Store.
CREATE TABLE visits (
	token   TEXT PRIMARY KEY,
	data    BYTEA NOT NULL,
	expires BIGINT NOT NULL
);
CREATE INDEX visits_expired ON visits (expires);
